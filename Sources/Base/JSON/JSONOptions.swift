/// What the reader takes beyond, and refuses within, RFC 8259.
package struct JSONOptions: Sendable {
    /// Arrays and objects may nest this deep.
    package var maximumDepth: Int
    /// Takes the bare words `NaN`, `Infinity` and `-Infinity`, as Python's `json` writes them.
    package var allowNaN: Bool

    /// Makes options; the defaults are strict JSON, 64 levels deep.
    package init(maximumDepth: Int = 64, allowNaN: Bool = false) {
        precondition(maximumDepth > 0)
        self.maximumDepth = maximumDepth
        self.allowNaN = allowNaN
    }
}
