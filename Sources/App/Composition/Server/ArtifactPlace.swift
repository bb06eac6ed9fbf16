internal import BlobStore
internal import Glibc

extension ServerConfiguration {
    /// Where artifacts lie, with the keys of an object store.
    ///
    /// - Throws: ``ConfigurationError`` that names the option or the variable.
    func artifactPlace() throws(ConfigurationError) -> BlobStore.Place {
        guard let artifacts else {
            guard s3Endpoint == nil, s3Region == nil, s3Credentials == nil else {
                throw ConfigurationError("the options of S3 need --artifacts s3://bucket/prefix")
            }
            return .folder
        }
        do throws(BlobError) {
            return .s3(
                try S3Configuration(
                    location: artifacts,
                    endpoint: s3Endpoint,
                    region: s3Region ?? Self.variable("AWS_REGION") ?? "us-east-1",
                    credentials: try credentials()
                )
            )
        } catch {
            throw ConfigurationError("--artifacts: \(error.message)")
        }
    }

    private func credentials() throws(BlobError) -> S3Configuration.Credentials {
        if let s3Credentials { return try S3Configuration.Credentials(file: s3Credentials) }
        guard let credentials = S3Configuration.Credentials(environment: Self.variable) else {
            throw BlobError.missingKeys
        }
        return credentials
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
