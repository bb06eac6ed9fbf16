internal import Glibc

/// The descriptor of an accepted connection, closed when nobody has it any more, whichever thread it got to.
final class AcceptedSocket: Sendable {
    /// The descriptor.
    let descriptor: Int32

    /// Takes over a descriptor.
    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
