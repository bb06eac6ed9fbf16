/// What a change detector says after one more value.
package enum DetectorVerdict: String, Sendable, Hashable, Codable {
    /// Nothing unusual.
    case stable
    /// A change may be on its way.
    case warning
    /// The stream has changed; with the next value the detector begins anew.
    case drift
}

/// Watches a stream for a change, one value at a time, in constant memory.
///
/// A detector is a value: it can be copied, saved and restored, and goes on exactly where it was. For detectors of
/// errors the value 1 means a wrong prediction, 0 a right one.
package protocol ChangeDetector: Sendable, Hashable, Codable {
    /// Takes one value; NaN and infinities are ignored.
    mutating func update(_ value: Double) -> DetectorVerdict
}
