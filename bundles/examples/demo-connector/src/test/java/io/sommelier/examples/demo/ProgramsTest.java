package io.sommelier.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.transport.tcp.TcpSettings;
import io.sommelier.transport.tcp.TcpTransport;
import io.sommelier.wire.HostPort;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both programs as somebody at a terminal meets them, each in a process of its own. */
class ProgramsTest {
    private static final Controller CONTROLLER = new Controller("node-1", ControllerSettings.defaults());
    private static String address;
    private static Program cellar;

    @BeforeAll
    static void start() throws Exception {
        TcpTransport transport = new TcpTransport(TcpSettings.defaults().withAddress("127.0.0.1", 0));
        CONTROLLER.add(transport).toCompletableFuture().join();
        address = "127.0.0.1:" + transport.localPort();
        cellar = Program.start(DemoConnector.class, "cellar", "--id", "cellar-1", "--controller", address);
        assertThat(cellar.line()).isEqualTo("connected to node-1 at " + address + ", serves cellar");
    }

    @AfterAll
    static void stop() throws Exception {
        cellar.close();
        CONTROLLER.close(Duration.ZERO);
    }

    private static Program send(String... arguments) throws Exception {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--controller";
        all[arguments.length + 1] = address;
        return Program.start(Send.class, all);
    }

    @Test
    void aFileIsSentAndTheReplyPrinted(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("order"), "Grüner Veltliner");

        try (Program send = send(
                "cellar/cellar-1", "pour", "--header", "table=7", "--content-type", "text/plain", file.toString())) {
            assertThat(send.rest())
                    .contains("\"instance\": \"cellar-1\"")
                    .contains("{\"name\": \"table\", \"value\": \"7\"}")
                    .contains("\"text\": \"Grüner Veltliner\"");
            assertThat(send.exitCode()).isZero();
            assertThat(send.errors()).isEmpty();
        }
    }

    @Test
    void standardInputIsSentWhereThereIsNoFile() throws Exception {
        try (Program send = send("cellar", "slow").type("{\"millis\":5}")) {
            assertThat(send.rest()).isEqualTo("{\"millis\":5}\n");
            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    void aStreamIsPrintedAsItComes() throws Exception {
        try (Program send = send("cellar", "count", "--stream", "--ttl", "1m").type("{\"to\":1000000000}")) {
            assertThat(send.line()).isEqualTo("{\"n\":1}");
            for (int i = 2; i <= 100_000; i++) { // more than the credit that it starts with
                assertThat(send.line()).isEqualTo("{\"n\":" + i + "}");
            }
            send.terminate();
            send.rest();
            send.exitCode();
            assertThat(send.errors()).startsWith("CANCELLED (UNKNOWN at STREAM)");
        }
    }

    @Test
    void aStreamIsGatheredWithoutTheOption() throws Exception {
        try (Program send = send("cellar", "count").type("{\"to\":3}")) {
            assertThat(send.rest()).isEqualTo("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    void aFailureIsPrintedWithWhatIsTrueOfTheCommand() throws Exception {
        try (Program send = send("cellar", "fail").type("")) {
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.errors())
                    .isEqualTo("HANDLER_FAILED (EXECUTED at EXECUTION): this operation always fails\n");
        }
        try (Program send = send("cellar", "slow", "--ttl", "100ms").type("{\"millis\":60000}")) {
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.errors()).startsWith("EXPIRED (UNKNOWN at REPLY_WAIT)");
        }
        try (Program send = send("nowhere", "pour").type("")) {
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.errors()).startsWith("UNKNOWN_TARGET (NOT_SENT");
        }
    }

    @Test
    void wrongArgumentsAreToldBeforeAnythingIsSent() throws Exception {
        try (Program send = send("cellar")) {
            assertThat(send.exitCode()).isEqualTo(2);
            assertThat(send.errors()).isEqualTo("send: OPERATION is missing\nTry --help.\n");
        }
        try (Program connector = Program.start(DemoConnector.class)) {
            assertThat(connector.exitCode()).isEqualTo(2);
            assertThat(connector.errors()).startsWith("connector: TARGET is missing");
        }
        try (Program help = Program.start(Send.class, "--help")) {
            assertThat(help.rest()).startsWith("Usage: send TARGET[/INSTANCE] OPERATION");
            assertThat(help.exitCode()).isZero();
        }
    }

    @Test
    void withoutAControllerThereIsACodeOfItsOwn() throws Exception {
        try (Program send = Program.start(Send.class, "cellar", "pour", "--controller", "127.0.0.1:" + freePort())
                .type("")) {
            assertThat(send.exitCode()).isEqualTo(3);
            assertThat(send.errors()).startsWith("send: no controller: ");
        }
    }

    @Test
    void aConnectorEndsWithAGoodbyeWhenItIsTerminated() throws Exception {
        try (Program terrace = Program.start(DemoConnector.class, "terrace", "--controller", address)) {
            terrace.line();

            terrace.terminate();

            assertThat(terrace.line()).startsWith("ends: NORMAL");
            terrace.exitCode();
        }
    }

    @Test
    void aConnectorThatListensIsDialled() throws Exception {
        int port = freePort();
        Controller dialling = new Controller("node-2", ControllerSettings.defaults());
        TcpTransport transport = new TcpTransport(TcpSettings.defaults()
                .withAddress("127.0.0.1", 0)
                .withMembers(List.of(new HostPort("127.0.0.1", port)), Duration.ofMillis(10), Duration.ofMillis(50)));
        dialling.add(transport).toCompletableFuture().join();

        try (Program bar = Program.start(DemoConnector.class, "bar", "--listen", "127.0.0.1:" + port)) {
            assertThat(bar.line()).isEqualTo("listens on port " + port);
            assertThat(bar.line()).startsWith("connected to node-2");
        }
        dialling.close(Duration.ZERO);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
