internal import Files
internal import Glibc
internal import Primitives

/// A PostgreSQL server of this test process, started when the first test asks for it.
///
/// `scripts/test-postgres.sh` runs it and ends it when this process ends, in whatever way.
package struct PostgresCluster: Sendable {
    /// The one server of this process.
    package static let shared = Result { try PostgresCluster() }

    /// Its address, as `--database` takes it.
    package let address: String

    /// The process of the script; it ends, and the server with it, when its standard input ends.
    private let script: pid_t

    private let input: Int32

    /// Starts a server of its own; blocks for about two seconds.
    package init() throws {
        let input = try Self.pipe()
        let output = try Self.pipe()
        let path =
            "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/scripts/test-postgres.sh"
        let folder = "\(Directory.temporary)/martlet-postgres-\(RandomID.hex(bytes: 6))"
        script = try Self.spawn([path, folder], input[0], output[1])
        close(input[0])
        close(output[1])
        self.input = input[1]
        address = try Self.readLine(output[0])
    }

    /// Ends the server and waits until it has ended.
    package func stop() {
        close(input)
        var status: Int32 = 0
        waitpid(script, &status, 0)
    }

    /// A pipe that programs which this process starts do not inherit: they would keep the server alive.
    private static func pipe() throws -> [Int32] {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError(call: "pipe", subject: "the test server") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
    }

    private static func spawn(_ arguments: [String], _ input: Int32, _ output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        let copies = arguments.map { strdup($0) } + [nil]
        let environment = [strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nil]
        defer { for copy in copies + environment { free(copy) } }
        var child = pid_t()
        let result = posix_spawn(&child, arguments[0], &actions, nil, copies, environment)
        guard result == 0 else { throw SystemError(call: "posix_spawn", subject: arguments[0], number: result) }
        return child
    }

    private static func readLine(_ descriptor: Int32) throws -> String {
        defer { close(descriptor) }
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        guard !line.isEmpty else { throw SystemError(call: "read", subject: "scripts/test-postgres.sh") }
        return String(decoding: line, as: UTF8.self)
    }
}
