extension JSONValue {
    /// Reads a JSON text; of equal keys in an object the last one wins.
    ///
    /// A whole number beyond 64 bits becomes the nearest double.
    ///
    /// - Throws: `JSONError` naming the byte at which the text stops being JSON.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer,
        options: JSONOptions = JSONOptions()
    ) throws(JSONError) -> JSONValue {
        try JSONDocument(parsing: bytes, options: options).root.value
    }

    /// Reads a JSON text; see the variant over a raw buffer.
    package static func parse(_ bytes: [UInt8], options: JSONOptions = JSONOptions()) throws(JSONError) -> JSONValue {
        try JSONDocument(parsing: bytes, options: options).root.value
    }

    /// Reads a JSON text; see the variant over a raw buffer.
    package static func parse(_ text: String, options: JSONOptions = JSONOptions()) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), options: options)
    }

    /// Reads a JSON text that may nest `maximumDepth` levels deep.
    package static func parse(_ bytes: [UInt8], maximumDepth: Int) throws(JSONError) -> JSONValue {
        try parse(bytes, options: JSONOptions(maximumDepth: maximumDepth))
    }

    /// The value as JSON in UTF-8: members in their order, doubles in the shortest form that reads back equal.
    ///
    /// - Parameters:
    ///   - pretty: Breaks lines and indents by two spaces.
    ///   - nonFinite: What NaN and infinity become, as JSON has no word for them.
    /// - Returns: The text's bytes.
    package func serialized(pretty: Bool = false, nonFinite: JSONWriter.NonFinite = .null) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty, nonFinite: nonFinite)
        writer.value(self)
        return writer.bytes
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON text.
    package var description: String { String(decoding: serialized(), as: UTF8.self) }
}
