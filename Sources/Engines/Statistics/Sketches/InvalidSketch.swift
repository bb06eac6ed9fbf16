/// Why a sketch cannot be made again from what was saved of it.
package struct InvalidSketch: Error, Sendable, Hashable, CustomStringConvertible {
    /// The most values that a saved sketch may have seen: every count up to here is exact as a double too.
    package static let maximumCount = 1 << 53

    /// What cannot be.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
