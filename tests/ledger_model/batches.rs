//! Batches: started twice with one key, and compared with the reference.

use pledgecast::services::SentFile;
use pledgecast::services::batches::Upload;
use pledgecast::types::{BatchOrder, BatchState, BatchTaskFilter, TaskStatus};
use proptest::prop_assert_eq;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;

use super::reference::{Reference, Response};
use super::steps::Step;
use super::world::{World, campaign, response_of};

impl World {
    /// Uploads a file with this many campaigns and starts it.
    pub async fn start_batch(
        &mut self,
        user: usize,
        lines: usize,
        api_key: Option<usize>,
        reference: &mut Reference,
    ) -> Result<(), TestCaseError> {
        let payer = self.payer(user, api_key);
        let line = serde_json::to_string(&campaign(false)).unwrap() + "\n";
        let file = SentFile {
            field: "text",
            bytes: line.repeat(lines).into_bytes(),
        };
        let upload = Upload {
            file,
            name: String::new(),
            model_id: String::new(),
        };
        let batches = &self.services.batches;
        let draft = batches.create(payer.user, upload).await.unwrap();
        let (id, key) = (draft.id.to_string(), format!("batch-{}", draft.id));
        let response = batches.start(payer, &id, "", &key).await;
        let expected = reference.start_batch(user, lines, api_key);
        prop_assert_eq!(response_of(&response, |_| Response::Done), expected);
        if response.is_err() {
            batches.delete(payer.user, draft.id).await.unwrap();
            return Ok(());
        }
        let again = batches.start(payer, &id, "", &key).await.unwrap();
        prop_assert_eq!((again.value.id, again.is_replay), (draft.id, true));
        let by_line = BatchTaskFilter {
            status: None,
            verdict: None,
            words: Vec::new(),
            order: BatchOrder::Line,
        };
        let tasks = batches.tasks(payer.user, draft.id, &by_line, None, 100);
        self.tasks.extend(tasks.await.unwrap().items);
        self.batches.push((payer.user, draft.id));
        self.learn_rounds(reference).await
    }

    /// Cancels what is queued of one of the batches, if there is any.
    pub async fn cancel_batch(&self, batch: Index, reference: &mut Reference) {
        if !self.batches.is_empty() {
            let batch = batch.index(self.batches.len());
            let (user, id) = self.batches[batch];
            self.services.batches.cancel(user, id).await.unwrap();
            reference.cancel_batch(batch);
        }
    }

    /// Compares the counts and the states of all batches with the reference.
    pub async fn compare_batches(
        &self,
        reference: &Reference,
        step: &Step,
    ) -> Result<(), TestCaseError> {
        for ((user, id), tasks) in self.batches.iter().zip(&reference.started) {
            let batch = self.services.batches.find(*user, *id).await.unwrap();
            let count = |status: TaskStatus| {
                let of_status = tasks
                    .iter()
                    .filter(|task| reference.tasks[**task].status == status);
                u32::try_from(of_status.count()).unwrap()
            };
            let counts = batch.counts;
            let found = [
                counts.queued,
                counts.running,
                counts.succeeded,
                counts.failed,
                counts.canceled,
            ];
            let expected = [
                TaskStatus::Queued,
                TaskStatus::Running,
                TaskStatus::Succeeded,
                TaskStatus::Failed,
                TaskStatus::Canceled,
            ]
            .map(count);
            prop_assert_eq!(found, expected, "batch {}, {:?}", id, step);
            let is_finished = batch.state == BatchState::Finished;
            prop_assert_eq!(is_finished, counts.open() == 0, "batch {}, {:?}", id, step);
        }
        Ok(())
    }
}
