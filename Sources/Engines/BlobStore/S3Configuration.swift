internal import Files
internal import Primitives

/// Which bucket to use, and with which keys.
package struct S3Configuration: Sendable, Equatable {
    /// Keys of an account.
    package struct Credentials: Sendable, Equatable {
        /// The public part.
        package let accessKey: String
        /// The secret part.
        package let secretKey: String
        /// The token of a temporary account; nil for a lasting one.
        package let sessionToken: String?

        /// The keys of the usual environment variables, `AWS_ACCESS_KEY_ID` and so on; nil where they are not set.
        package init?(environment: (String) -> String?) {
            guard let accessKey = environment("AWS_ACCESS_KEY_ID"),
                let secretKey = environment("AWS_SECRET_ACCESS_KEY"),
                !accessKey.isEmpty, !secretKey.isEmpty
            else { return nil }
            self.accessKey = accessKey
            self.secretKey = secretKey
            sessionToken = environment("AWS_SESSION_TOKEN").flatMap { $0.isEmpty ? nil : $0 }
        }

        /// The keys of a file as the AWS tools write it: `aws_access_key_id = …` lines; the first of each name counts.
        ///
        /// - Throws: `BlobError` with code `refused` where the file cannot be read or lacks a key.
        package init(file: String) throws(BlobError) {
            let bytes: [UInt8]
            do throws(SystemError) {
                bytes = try File.read(file, limit: 64 << 10)
            } catch {
                throw BlobError(.refused, "the file of S3 keys cannot be read: \(error)")
            }
            var values: [String: String] = [:]
            for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
                if parts.count == 2, values[parts[0]] == nil { values[parts[0]] = parts[1] }
            }
            guard let accessKey = values["aws_access_key_id"], let secretKey = values["aws_secret_access_key"] else {
                throw BlobError(
                    .refused,
                    "the file \(file) must have a line 'aws_access_key_id = …' and one 'aws_secret_access_key = …'"
                )
            }
            self.accessKey = accessKey
            self.secretKey = secretKey
            sessionToken = values["aws_session_token"]
        }
    }

    /// The address of the store, such as `http://127.0.0.1:8333`, without a slash at its end.
    package let endpoint: String
    /// The bucket, which must exist.
    package let bucket: String
    /// What every key begins with: empty, or text with a slash at its end.
    package let prefix: String
    /// The region, such as `eu-central-1`; stores other than Amazon's mostly take any.
    package let region: String
    /// The keys.
    package let credentials: Credentials

    /// A place such as `s3://bucket/prefix`.
    ///
    /// - Parameters:
    ///   - location: the place.
    ///   - endpoint: the address of the store; nil for Amazon's in the region.
    ///   - region: the region.
    ///   - credentials: the keys.
    /// - Throws: `BlobError` with code `refused` that names what is wrong with a place or address.
    package init(
        location: String,
        endpoint: String?,
        region: String,
        credentials: Credentials
    ) throws(BlobError) {
        guard location.hasPrefix("s3://") else {
            throw BlobError(.refused, "the place for artifacts must be s3://bucket/prefix, not '\(location)'")
        }
        let parts = location.dropFirst("s3://".count).split(separator: "/", maxSplits: 1)
        guard let bucket = parts.first, Self.isBucketName(bucket) else {
            throw BlobError(
                .refused,
                "'\(location)' names no bucket: 3 to 63 lower-case letters, digits, dots and dashes"
            )
        }
        let prefix = parts.count > 1 ? parts[1].split(separator: "/").joined(separator: "/") : ""
        guard prefix.utf8.allSatisfy(Self.isPlain), prefix.utf8.count <= 512 else {
            throw BlobError(.refused, "the prefix '\(prefix)' may hold letters, digits and -._/ only, at most 512")
        }
        guard !region.isEmpty, region.utf8.allSatisfy({ Self.isPlain($0) && $0 != UInt8(ascii: "/") }) else {
            throw BlobError(.refused, "'\(region)' is no region, such as us-east-1")
        }
        let address = endpoint ?? "https://s3.\(region).amazonaws.com"
        guard address.hasPrefix("http://") || address.hasPrefix("https://"),
            !address.contains(where: { $0.isWhitespace || $0 == "?" || $0 == "#" || $0 == "@" })
        else {
            throw BlobError(
                .refused,
                "the S3 endpoint must be an address such as http://127.0.0.1:8333, not '\(address)'"
            )
        }
        self.endpoint = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.bucket = String(bucket)
        self.prefix = prefix.isEmpty ? "" : prefix + "/"
        self.region = region
        self.credentials = credentials
    }

    private static func isBucketName(_ name: Substring) -> Bool {
        (3...63).contains(name.utf8.count)
            && name.utf8.allSatisfy { isPlain($0) && !(65...90).contains($0) && $0 != UInt8(ascii: "/") }
    }

    /// Whether a byte stands for itself in an address.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
