internal import CPlatform
internal import Glibc
internal import Synchronization

/// SIGINT and SIGTERM as an orderly stop.
///
/// Call ``blockAll()`` first thing in a synchronous `main`, before any thread exists, so that every thread inherits the
/// mask; then ``waitForStop()`` takes the signals on the main thread. SIGPIPE is ignored.
package enum ProcessSignals {
    /// Keeps SIGINT, SIGTERM and SIGHUP from ending the process by themselves, for this and all later threads.
    package static func blockAll() {
        martlet_block_stop_signals()
    }

    /// Blocks the calling thread until SIGINT, SIGTERM or SIGHUP arrives; returns its number.
    package static func waitForStop() -> Int32 {
        martlet_wait_stop_signal()
    }

    /// Sends the calling process a SIGTERM, so that a failed part stops the whole in the usual way.
    package static func requestStop() {
        kill(getpid(), SIGTERM)
    }
}
