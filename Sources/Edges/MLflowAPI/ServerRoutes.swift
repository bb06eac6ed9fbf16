internal import HTTPServer

/// What the server says of itself.
struct ServerRoutes {
    func install(on router: inout Router) {
        router.on(.get, "/health") { _ in .text("OK") }
        router.on(.get, "/version") { _ in .text(MLflowAPI.compatibleVersion) }
        for prefix in ["/api", "/ajax-api"] {
            router.on(.get, "\(prefix)/3.0/mlflow/server-info") { _ in .json(bytes: Array(Self.information.utf8)) }
        }
    }

    private static let information = """
        {"store_type":"SqlStore","workspaces_enabled":false,"trace_archival_enabled":false,\
        "multipart_uploads_enabled":true,"multipart_downloads_enabled":false,"artifact_serving_enabled":true,\
        "presigned_upload_run_id_supported":false,"presigned_upload_model_id_supported":false,\
        "model_artifact_presigned_downloads_supported":false,"features_enabled":{"gateway":false},\
        "tracking_auth":"","artifacts_presigned_only":false}
        """
}
