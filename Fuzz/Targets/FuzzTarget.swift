/// A decoder that takes bytes from outside, made callable with any bytes at all.
///
/// It may refuse them; it must not trap, hang or grow without bound. What it accepts is held against what must follow.
package struct FuzzTarget: Sendable {
    /// The name, which is also that of its corpus.
    package let name: String
    /// Decodes once; a broken promise is a trap.
    package let run: @Sendable (UnsafeRawBufferPointer) -> Void

    /// All decoders.
    package static let all = [kafkaRequest, recordBatch, json, yaml, filter, httpTarget, csv]

    /// The decoder with a name; nil where there is none.
    package static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes as text, what is not UTF-8 replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}
