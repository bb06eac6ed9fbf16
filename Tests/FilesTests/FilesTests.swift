import Glibc
import Primitives
import TestSupport
import Testing

@testable import Files

@Suite struct FilesTests {
    @Test func `replacing a file leaves the new content and nothing beside it`() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/state"
        try File.replace(path, with: Array("one".utf8))
        try File.replace(path, with: Array("two".utf8))
        #expect(try File.read(path) == Array("two".utf8))
        #expect(try Directory.names(directory.path) == ["state"])
    }

    @Test func `a file larger than the limit is refused`() throws {
        let directory = try TemporaryDirectory()
        try File.replace("\(directory.path)/big", with: [UInt8](repeating: 1, count: 100))
        #expect(throws: SystemError.self) { try File.read("\(directory.path)/big", limit: 99) }
    }

    @Test func `an error names the call, the file and the reason`() throws {
        let error = #expect(throws: SystemError.self) { try File.read("/nowhere/at all") }
        #expect(error?.description == "open /nowhere/at all: No such file or directory")
        #expect(error?.isNotFound == true)
    }

    @Test func `removing a folder does not follow symbolic links`() throws {
        let outside = try TemporaryDirectory()
        let inside = try TemporaryDirectory()
        try File.replace("\(outside.path)/kept", with: [])
        try Directory.create("\(inside.path)/a/b")
        #expect(link(from: "\(inside.path)/a/b/link", to: outside.path))
        try Directory.remove("\(inside.path)/a")
        #expect(File.exists("\(outside.path)/kept"))
        #expect(try Directory.names(inside.path) == [])
    }

    @Test func `positioned reads give fewer bytes only at the end`() throws {
        let directory = try TemporaryDirectory()
        try File.replace("\(directory.path)/data", with: Array(0..<10))
        let file = try FileDescriptor(path: "\(directory.path)/data", mode: .read)
        var buffer = [UInt8](repeating: 0, count: 6)
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 7) }
        #expect(count == 3)
        #expect(buffer[..<3] == [7, 8, 9])
    }

    @Test func `a locked folder names the process that has it`() throws {
        let directory = try TemporaryDirectory()
        let lock = try DirectoryLock(directory: directory.path)
        let error = #expect(throws: DirectoryLock.Failure.self) { try DirectoryLock(directory: directory.path) }
        #expect(error?.description.contains("in use by another martlet (process ") == true)
        _ = lock
    }

    @Test func `a lock ends with its object`() throws {
        let directory = try TemporaryDirectory()
        do { _ = try DirectoryLock(directory: directory.path) }
        _ = try DirectoryLock(directory: directory.path)
    }

    @Test func `a copy of the descriptor in a child does not outlive the lock`() throws {
        let directory = try TemporaryDirectory()
        var copy: Int32 = -1
        do {
            let lock = try DirectoryLock(directory: directory.path)
            copy = dup(try #require(descriptor(of: "\(directory.path)/martlet.lock")))
            _ = lock
        }
        defer { close(copy) }
        _ = try DirectoryLock(directory: directory.path)
    }

    /// This process's descriptor of an open file.
    private func descriptor(of path: String) -> Int32? {
        (0..<4_096).first { number in
            var target = [CChar](repeating: 0, count: 4_096)
            let count = readlink("/proc/self/fd/\(number)", &target, target.count)
            return count > 0 && target[..<count].map(UInt8.init(bitPattern:)).elementsEqual(path.utf8)
        }
    }
}
