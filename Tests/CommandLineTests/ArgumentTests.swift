import Synchronization
import Testing

@testable import CommandLine

@Suite struct ArgumentTests {
    @Test(arguments: [
        (["frob"], "there is no command 'frob'"),
        (["topcis"], "did you mean topics?"),
        (["topics", "lst"], "did you mean list?"),
        (["serve", "--prot", "1"], "there is no option --prot; did you mean --port?"),
        (["serve", "--xyzzy"], "there is no option --xyzzy\n"),
        (["serve", "--port"], "--port needs a value"),
        (["serve", "--port", "many"], "--port takes a whole number from 0 to 65535, not 'many'"),
        (["serve", "--port", "65536"], "--port takes a whole number"),
        (["serve", "--port=1", "--port=2"], "--port is given twice"),
        (["serve", "now"], "'now' is one word too many"),
        (["demo", "--exit=yes"], "--exit takes no value"),
        (["serve", "--log-level", "loud"], "not 'loud'"),
        (["topics", "create"], "TOPIC is missing"),
        (["topics", "alter", "t"], "nothing to change"),
        (["topics", "create", "t", "--set", "retention.ms"], "--set takes NAME=VALUE"),
        (["topics", "groups", "--delete"], "--delete needs a GROUP"),
        (["topics", "produce", "t", "--key", "k", "--key-separator", ":"], "--key-separator is for lines"),
        (["serve", "--log-setting", "a=1", "--log-setting", "a=2"], "gives 'a' twice"),
        (["users", "add"], "USER is missing"),
        (["models", "alias", "rain", "champion", "x", "--reason", "r"], "VERSION is a number"),
        (["models", "alias", "rain", "champion", "2"], "--reason is needed"),
        (["data", "import", "d", "/dev/null", "--rows", "5:1"], "--rows takes FROM:TO"),
        (["topics", "--server", "ftp://x"], "begins with http://"),
        (["topics", "consume", "t", "--partition", "0", "--from", "middle"], "--from is oldest, newest or an offset"),
        (["drift", "a.csv"], "CURRENT is missing"),
        (["drift", "a.csv", "b.csv", "--method", "kss"], "there is no method 'kss'; did you mean ks?"),
        (["drift", "a.csv", "b.csv", "--threshold", "much"], "--threshold takes a number, or COLUMN=NUMBER"),
        (
            ["drift", "a.csv", "b.csv", "--compat", "evidently"],
            "there is no compatibility 'evidently': none, evidently-0.7"
        ),
        (["drift", "a.csv", "b.csv", "--drift-share", "2"], "--drift-share takes a number from 0.0 to 1.0"),
        ([], "a command is missing"),
    ])
    func whatIsNotUnderstoodIsNamed(arguments: [String], expected: String) async {
        let terminal = TestTerminal()
        #expect(await terminal.run(arguments) == 2)
        #expect(terminal.errors.contains(expected), "\(terminal.errors)")
        #expect(terminal.output.isEmpty)
    }

    @Test func everyCommandHasHelp() async {
        let terminal = TestTerminal()
        #expect(await terminal.run(["--help"]) == 0)
        for word in [
            "serve", "demo", "topics", "users", "data", "runs", "models", "loop", "drift", "report", "version",
        ] {
            #expect(terminal.output.contains("\n  \(word) "))
            let help = TestTerminal()
            #expect(await help.run([word, "--help"]) == 0)
            #expect(help.output.contains("martlet \(word)"))
        }
        let consume = TestTerminal()
        #expect(await consume.run(["topics", "consume", "-h"]) == 0)
        for option in ["--from PLACE", "--follow", "--json", "--server URL", "TOPIC"] {
            #expect(consume.output.contains(option))
        }
    }

    @Test func serveHandsItsOptionsToTheRunner() async {
        let terminal = TestTerminal()
        let status = await terminal.run([
            "serve", "--data", "/d", "--host=0.0.0.0", "--port", "0", "--kafka-port", "9999", "--ui-dir", "web",
            "--kafka-host", "10.0.0.1", "--advertised-port", "9", "--allow-anonymous", "--require-login",
            "--log-setting", "num.partitions=3", "--log-setting", "group.max.size=7",
        ])
        #expect(status == 0)
        var expected = ServeOptions()
        expected.dataDirectory = "/d"
        expected.host = "0.0.0.0"
        expected.httpPort = 0
        expected.kafkaPort = 9999
        expected.uiDirectory = "web"
        expected.kafkaHost = "10.0.0.1"
        expected.advertisedPort = 9
        expected.allowsAnonymous = true
        expected.requiresLogin = true
        expected.logSettings = ["num.partitions": "3", "group.max.size": "7"]
        #expect(terminal.runner.served == [expected])
    }

    @Test(arguments: [
        ("always", FlushOption.always), ("never", .never), ("250", .every(milliseconds: 250)),
    ])
    func serveReadsWhenRecordsGoToTheDisk(text: String, expected: FlushOption) async {
        let terminal = TestTerminal()
        #expect(await terminal.run(["serve", "--flush", text]) == 0)
        #expect(terminal.runner.served.map(\.flush) == [expected])
    }

    @Test(arguments: ["sometimes", "0", "-5", "3600001", "1.5"])
    func serveRefusesAFlushThatIsNone(text: String) async {
        let terminal = TestTerminal()
        #expect(await terminal.run(["serve", "--flush=\(text)"]) == 2)
        #expect(terminal.errors.contains("--flush is always, never, or a number of milliseconds"))
        #expect(terminal.runner.served.isEmpty)
    }

    @Test func anOutsideClusterIsHandedOverWithItsSettings() async {
        let terminal = TestTerminal()
        let status = await terminal.run([
            "serve", "--kafka", "a:9092,b:9092", "--kafka-property", "security.protocol=SSL",
            "--kafka-property=sasl.password=x=y", "--kafka-properties", "/etc/kafka", "--kafka-wait", "5",
        ])
        #expect(status == 0)
        let served = terminal.runner.served.first
        #expect(served?.kafka == "a:9092,b:9092")
        #expect(served?.kafkaProperties == ["security.protocol=SSL", "sasl.password=x=y"])
        #expect(served?.kafkaPropertyFiles == ["/etc/kafka"])
        #expect(served?.kafkaWait == 5)
    }

    @Test(arguments: [
        ["serve", "--kafka", "a:1", "--kafka-port", "9"], ["serve", "--kafka", "a:1", "--advertised-host", "h"],
        ["serve", "--kafka-property", "a=b"], ["demo", "--kafka-wait", "3"],
    ])
    func optionsOfTheEmbeddedLogAndOfAClusterExcludeEachOther(arguments: [String]) async {
        let terminal = TestTerminal()
        #expect(await terminal.run(arguments) == 2)
        #expect(terminal.errors.contains("--kafka"))
        #expect(terminal.runner.served.isEmpty)
    }

    @Test func demoHandsItsOptionsToTheRunner() async {
        let terminal = TestTerminal()
        #expect(await terminal.run(["demo", "--exit", "--report", "r.json", "--port", "0"]) == 0)
        #expect(terminal.runner.played.first?.exits == true)
        #expect(terminal.runner.played.first?.report == "r.json")
        #expect(terminal.runner.played.first?.server.httpPort == 0)
    }

    @Test func whatTheServerCannotDoIsSaidInItsWords() async {
        let terminal = TestTerminal()
        terminal.runner.fail(with: "127.0.0.1:8080 is in use")
        #expect(await terminal.run(["serve"]) == 1)
        #expect(terminal.errors == "martlet: 127.0.0.1:8080 is in use\n")
    }

    @Test(arguments: [
        ("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("--port", "--prot", 2), ("a", "", 1),
    ])
    func distanceCountsEdits(left: String, right: String, expected: Int) {
        #expect(NearestWord.distance(left, right) == expected)
    }

    @Test func versionReadsForPeopleAndPrograms() async {
        let people = TestTerminal()
        #expect(await people.run(["version"]) == 0)
        #expect(people.output.hasPrefix("martlet "))
        let programs = TestTerminal()
        #expect(await programs.run(["version", "--json"]) == 0)
        #expect(programs.output.contains("\"version\": \""))
    }
}
