internal import Glibc
internal import Telemetry

extension SocketLoop {
    static let readBytes = 64 << 10
    private static let readsPerTurn = 8

    /// Receives what has come, and hands over what is whole.
    func read(_ socket: Socket) {
        for _ in 0..<Self.readsPerTurn {
            guard mayRead(socket) else { break }
            let mayHaveMore: Bool
            if let frame = socket.unfinished {
                mayHaveMore = read(socket, into: frame)
            } else {
                mayHaveMore = readFrames(socket)
            }
            guard mayHaveMore else { break }
        }
        socket.watch()
    }

    /// Takes what has come and forgets it: unread, it would cut off what the client was told.
    func discard(_ socket: Socket) {
        for _ in 0..<Self.readsPerTurn {
            guard let count = receive(socket, readBuffer), count == readBuffer.count else { return }
        }
    }

    /// Receives into a buffer; nil when nothing more is to be had now.
    private func receive(_ socket: Socket, _ room: UnsafeMutableRawBufferPointer) -> Int? {
        let count = recv(socket.descriptor, room.baseAddress, room.count, 0)
        if count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) { return nil }
        guard count > 0 else {
            socket.shut("connection closed by the client")
            return nil
        }
        socket.lastActivity = now
        return count
    }

    /// The bytes that a length field announces, itself included; nil when the connection was closed for it.
    private func announced(_ field: UnsafeRawBufferPointer, _ socket: Socket) -> Int? {
        let length = Int(Int32(bigEndian: field.loadUnaligned(as: Int32.self)))
        guard length >= 8, length <= socket.longestRequest else {
            socket.shut("connection closed: a frame's length cannot be")
            return nil
        }
        return 4 + length
    }

    private func readFrames(_ socket: Socket) -> Bool {
        guard let count = receive(socket, readBuffer) else { return false }
        var position = 0
        while count - position >= 4 {
            let rest = UnsafeRawBufferPointer(rebasing: readBuffer[position..<count])
            guard let total = announced(rest, socket) else { return false }
            guard total <= rest.count else { break }
            let bytes = UnsafeRawBufferPointer(rebasing: rest[..<total])
            guard let frame = begin(socket, total: total, first: bytes) else { return false }
            handOver(frame, of: socket)
            position += total
        }
        guard position < count else { return count == readBuffer.count }
        let rest = UnsafeRawBufferPointer(rebasing: readBuffer[position..<count])
        var total = 4
        if rest.count >= 4 {
            guard let announced = announced(rest, socket) else { return false }
            total = announced
        }
        socket.unfinished = begin(socket, total: total, first: rest)
        return socket.isOpen && count == readBuffer.count
    }

    private func begin(_ socket: Socket, total: Int, first: UnsafeRawBufferPointer) -> RequestFrame? {
        if let frame = RequestFrame(total: total, first: first, budget: surroundings.budget) { return frame }
        refuseMemory(socket)
        return nil
    }

    private func refuseMemory(_ socket: Socket) {
        Self.logger.warning(
            "connection closed: unfinished requests take too much memory",
            ["connection": "\(socket.number)"]
        )
        socket.shut("connection closed: no memory for its request")
    }

    private func read(_ socket: Socket, into frame: RequestFrame) -> Bool {
        guard frame.makeRoom() else {
            refuseMemory(socket)
            return false
        }
        guard let count = receive(socket, frame.room) else { return false }
        frame.added(count)
        guard frame.isComplete else { return true }
        socket.unfinished = nil
        if frame.total > 4 {
            handOver(frame, of: socket)
            return true
        }
        // Fewer than four bytes had come: now the length is known.
        guard let total = announced(frame.lengthField, socket) else { return false }
        socket.unfinished = begin(socket, total: total, first: frame.lengthField)
        return socket.isOpen
    }
}
