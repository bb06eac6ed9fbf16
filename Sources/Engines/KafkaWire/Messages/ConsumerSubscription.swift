/// What a member of a group of consumers says that it wants to read.
///
/// Opaque to the group's protocol; read only to tell which topics a group is subscribed to. Layout: version (int16),
/// topics (array of strings), user data (nullable bytes), and more in later versions.
package struct ConsumerSubscription: Equatable, Sendable {
    /// The protocol type of groups whose members speak so.
    package static let protocolType = "consumer"

    /// The topics.
    package let topics: [String]

    /// Reads a member's metadata.
    ///
    /// - Throws: ``WireError`` where they are not of that form.
    package init(metadata: [UInt8]) throws(WireError) {
        var failure: WireError?
        topics = metadata.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            do throws(WireError) {
                _ = try reader.int16()
                return try reader.array { reader throws(WireError) in try reader.string() }
            } catch {
                failure = error
                return []
            }
        }
        if let failure { throw failure }
    }
}
