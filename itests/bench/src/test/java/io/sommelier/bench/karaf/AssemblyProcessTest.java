package io.sommelier.bench.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.bench.core.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The handling of an assembly, with a script in place of Karaf. */
class AssemblyProcessTest {
    @TempDir
    Path work;

    @Test
    void itIsKilledAndItsFilesAreDeletedWhenItIsClosed() throws Exception {
        AssemblyProcess assembly = AssemblyProcess.unpack(archive("exec sleep 300"));
        assembly.start("64m");
        long pid = assembly.pid();
        assertThat(ProcessHandle.of(pid)).isPresent();
        Path home = assembly.home();

        assembly.close();

        await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(home).doesNotExist();
    }

    @Test
    void oneThatEndsTellsWhatItPrinted() throws Exception {
        try (AssemblyProcess assembly = AssemblyProcess.unpack(archive("echo no such Java; exit 1"));
                Probe probe = new Probe(assembly.tcpPort())) {
            assembly.start("64m");

            assertThatThrownBy(() -> assembly.awaitHttpReply(probe))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("it ended")
                    .hasMessageContaining("no such Java");
        }
    }

    @Test
    void itIsToldItsPortsAndItsHeap() throws Exception {
        try (AssemblyProcess assembly =
                AssemblyProcess.unpack(archive("echo \"$EXTRA_JAVA_OPTS\" >\"$0.heap\"; exec sleep 300"))) {
            assembly.start("64m");

            assertThat(assembly.home().resolve("etc/io.sommelier.transport.tcp.cfg"))
                    .content()
                    .isEqualTo(
                            "# the port\nhost = 127.0.0.1\nport = " + assembly.tcpPort() + "\nmaxChannels = 20000\n");
            assertThat(assembly.home().resolve("etc/io.sommelier.http.engine.cfg"))
                    .content()
                    .isEqualTo("port = " + assembly.httpPort() + "\n");
            await().untilAsserted(() -> assertThat(assembly.home().resolve("bin/karaf.heap"))
                    .content()
                    .contains("-Xmx64m -XX:+UseG1GC"));
        }
    }

    @Test
    void anArchiveThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> AssemblyProcess.unpack(work.resolve("nothing.tar.gz")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing.tar.gz");
    }

    private Path archive(String script) throws IOException, InterruptedException {
        Path home = work.resolve("sommelier-x");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("etc"));
        Path karaf = Files.writeString(home.resolve("bin/karaf"), "#!/bin/sh\n" + script + "\n");
        assertThat(karaf.toFile().setExecutable(true)).isTrue();
        Files.writeString(
                home.resolve("etc/io.sommelier.transport.tcp.cfg"), "# the port\nport = 7007\nhost = 127.0.0.1\n");
        Path archive = work.resolve("assembly.tar.gz");
        Process tar = new ProcessBuilder("tar", "czf", archive.toString(), "sommelier-x")
                .directory(work.toFile())
                .start();
        assertThat(tar.waitFor()).isZero();
        return archive;
    }
}
