internal import JSON

/// Writes what goes to the errors topic: why a message was not scored, where it stands, and its beginning.
///
/// `{"reason":"…","code":"missing_column","deployment":"…","model":"rain","version":1,
/// "source":{"topic":"weather","partition":0,"offset":12},"value":"…"}`
struct RejectionWriter {
    /// How much of the message is kept.
    static let keptBytes = 4_096

    private let deployment: String
    private let model: String
    private let version: Int
    private var writer = JSONWriter()

    init(deployment: String, model: ResolvedModel) {
        self.deployment = deployment
        self.model = model.name
        version = model.version
    }

    /// The JSON of one rejection, valid until the next call.
    mutating func write(
        _ rejection: RowRejection,
        topic: String,
        partition: Int32,
        offset: Int64,
        value: UnsafeRawBufferPointer?
    ) -> [UInt8] {
        writer.removeAll()
        writer.beginObject()
        writer.key("reason")
        writer.string(rejection.reason)
        writer.key("code")
        writer.string(rejection.code.rawValue)
        writer.key("deployment")
        writer.string(deployment)
        writer.key("model")
        writer.string(model)
        writer.key("version")
        writer.int(version)
        writer.key("source")
        writer.beginObject()
        writer.key("topic")
        writer.string(topic)
        writer.key("partition")
        writer.int(Int64(partition))
        writer.key("offset")
        writer.int(offset)
        writer.endObject()
        writer.key("value")
        if let value {
            // Bytes that are not UTF-8 become replacement characters.
            writer.string(String(decoding: value.prefix(RejectionWriter.keptBytes), as: UTF8.self))
        } else {
            writer.null()
        }
        writer.endObject()
        return writer.bytes
    }
}
