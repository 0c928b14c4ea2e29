//! The table `model`: the predictors. Lists do not read their bytes; only a worker does.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QueryTrait, UpdateMany};

use super::Relation;
use crate::types::{Credits, ModelId, ModelRef, ModelState, ModelView};

/// A predictor with its bytes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "model")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ModelId,
    pub name: String,
    pub version: String,
    pub description: String,
    pub price: i64,
    pub onnx: Vec<u8>,
    pub sha256: String,
    pub manifest: Json,
    pub metrics: Json,
    pub state: ModelState,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// A predictor without its bytes and its manifest.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "Entity")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Summary {
    pub id: ModelId,
    pub name: String,
    pub version: String,
    pub description: String,
    pub price: i64,
    pub sha256: String,
    pub metrics: Json,
    pub state: ModelState,
    pub created_at: DateTimeUtc,
}

impl Entity {
    /// Predictors, newest first, in one state or in any; to be read as [`Summary`].
    pub fn newest_first(state: Option<ModelState>) -> Select<Self> {
        Self::find()
            .apply_if(state, |query, state| query.filter(Column::State.eq(state)))
            .order_by_desc(Column::Id)
    }

    /// Sets the state, the price or both of a predictor; `None` leaves a value as it is.
    pub fn change(
        id: ModelId,
        state: Option<ModelState>,
        price: Option<Credits>,
    ) -> UpdateMany<Self> {
        Self::update_many()
            .filter(Column::Id.eq(id))
            .apply_if(state, |change, state| {
                change.col_expr(Column::State, Expr::value(state))
            })
            .apply_if(price, |change, price| {
                change.col_expr(Column::Price, Expr::value(price.0))
            })
    }
}

impl Summary {
    /// How the predictor is named beside what it computed.
    pub fn model_ref(&self) -> ModelRef {
        ModelRef {
            id: self.id,
            name: self.name.clone(),
            version: self.version.clone(),
        }
    }

    /// Converts the row for the API; `default` is the id of the default model.
    pub fn into_view(self, default: Option<ModelId>) -> ModelView {
        // Users do not know whether Kickstarter will pick their campaign as a staff favorite. Models before feature set 2
        // did not tell unknown from refused.
        let planned = self.metrics.get("staff_pick_unknown");
        let planned = planned.or_else(|| self.metrics.get("staff_pick_false"));
        let metric = |name: &str| planned.and_then(|it| it.get(name)).and_then(Json::as_f64);
        ModelView {
            id: self.id,
            auc: metric("auc"),
            accuracy: metric("accuracy"),
            name: self.name,
            version: self.version,
            description: self.description,
            price: Credits(self.price),
            state: self.state,
            is_default: default == Some(self.id),
            sha256: self.sha256,
            created_at: self.created_at,
        }
    }
}
