package import JSON

/// YAML documents as JSON values.
package enum YAML {
    /// Bounds on what a text may hold, against texts made to exhaust memory.
    package struct Limits: Sendable {
        /// Longest text in bytes.
        package var bytes = 4 << 20
        /// How deep sequences and mappings may nest.
        package var depth = 64
        /// Most values in all, each use of an anchor counted with what it stands for.
        package var values = 200_000

        /// The defaults.
        package init() {}
    }

    /// Reads the one document of a text; an empty text is null.
    ///
    /// Plain scalars follow YAML 1.2's core schema (`true`, `null`, `12`, `0x1f`, `1.5`, `.inf`); `yes` and `on` are
    /// texts. Keys are texts as written. Anchors and aliases work within the limits; merge keys (`<<`) do not.
    ///
    /// - Throws: ``YAMLError`` for what is no YAML, a key that stands twice, or a limit.
    package static func parse(_ text: String, limits: Limits = Limits()) throws(YAMLError) -> JSONValue {
        guard text.utf8.count <= limits.bytes else {
            throw YAMLError(message: "the text is longer than \(limits.bytes) bytes", line: 1, column: 1)
        }
        let parser = try EventParser(text)
        var composer = Composer(parser: parser, limits: limits)
        return try composer.document()
    }
}
