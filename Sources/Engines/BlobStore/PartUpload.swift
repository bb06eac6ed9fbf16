internal import CPlatform
internal import Files

/// A part on its way in.
///
/// Thread rule: one caller at a time; dropped without a trace unless it is finished.
package final class PartUpload: @unchecked Sendable {
    // `received` and `checksum` are touched by one hop at a time, since the caller waits for each.
    private let upload: MultipartUpload
    private let number: Int
    private let length: Int
    private let offset: Int
    private let file: FileDescriptor
    private var received = 0
    private var checksum: UInt32 = 0
    private var isFinished = false

    init(upload: MultipartUpload, number: Int, length: Int, offset: Int, file: consuming FileDescriptor) {
        self.upload = upload
        self.number = number
        self.length = length
        self.offset = offset
        self.file = file
    }

    deinit {
        if !isFinished { upload.abandon(number) }
    }

    /// Takes the next bytes.
    ///
    /// Blocks.
    func append(_ bytes: [UInt8]) throws {
        guard received + bytes.count <= length else {
            throw BlobError(.invalid, "part \(number) is longer than the \(length) bytes that were announced")
        }
        try bytes.withUnsafeBytes { try file.write($0, at: offset + received) }
        checksum = martlet_crc32c(checksum, bytes, bytes.count)
        received += bytes.count
    }

    /// Makes the part durable and returns its tag.
    ///
    /// Blocks.
    func finish() throws -> String {
        guard received == length else {
            throw BlobError(.invalid, "part \(number) has \(received) of the \(length) bytes that were announced")
        }
        try file.synchronize()
        isFinished = true
        let part = MultipartUpload.Part(length: length, checksum: checksum)
        try upload.finish(number, part)
        return part.tag
    }
}
