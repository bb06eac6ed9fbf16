import Composition
import Execution

@main
struct MartletProgram {
    static func main() {
        ProcessSignals.blockAll()
        var configuration = ServerConfiguration()
        var arguments = CommandLine.arguments.dropFirst(2)
        while let option = arguments.popFirst(), let value = arguments.popFirst() {
            switch option {
            case "--data": configuration.dataDirectory = value
            case "--port": configuration.httpPort = Int(value) ?? 0
            case "--kafka-port": configuration.kafkaPort = Int(value) ?? 0
            default: break
            }
        }
        if CommandLine.arguments.dropFirst().first == "demo" {
            var options = DemonstrationOptions()
            options.server = configuration
            options.exits = true
            options.reportPath = "demo-report.json"
            let demonstration = Demonstration(options)
            Task.detached {
                do { print(try await demonstration.run()) } catch { print("\(error)") }
                ProcessSignals.requestStop()
            }
            _ = ProcessSignals.waitForStop()
            demonstration.stop()
            _ = ProcessSignals.waitForStop()
            return
        }
        let server = MartletServer(configuration)
        Task.detached {
            do {
                try await server.start()
                try await server.run()
            } catch { print("\(error)") }
            ProcessSignals.requestStop()
        }
        _ = ProcessSignals.waitForStop()
        server.stop()
        _ = ProcessSignals.waitForStop()
    }
}
