//! Which paths belong to the Open Inference Protocol.

/// What all of them begin with.
pub const ROOT: &str = "/v2";

/// Whether a path is one of the protocol.
pub fn is_inference_path(path: &str) -> bool {
    path.strip_prefix(ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether requests to a path wait for results.
pub fn waits_for_results(path: &str) -> bool {
    is_inference_path(path) && path.ends_with("/infer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_paths_below_the_root_belong_to_the_protocol() {
        for path in ["/v2", "/v2/", "/v2/models/a/infer"] {
            assert!(is_inference_path(path), "{path}");
        }
        for path in ["/", "/v20", "/api/v2", "/v2x/models"] {
            assert!(!is_inference_path(path), "{path}");
        }
        assert!(waits_for_results("/v2/models/a/versions/1/infer"));
        assert!(!waits_for_results("/v2/models/a/ready"));
    }
}
