package io.sommelier.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three processes, and each of them killed. */
@Timeout(300)
class ProcessFailureIT {
    private int port;
    private Program controller;

    @BeforeEach
    void startController() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        controller =
                Program.start("./sommelier run --plain --port " + port).awaitLine("listening on 127.0.0.1:" + port);
    }

    @AfterEach
    void stopController() {
        controller.close();
    }

    private Program connector(String instance) {
        return Program.start("./sommelier connector cellar --id " + instance + " --controller 127.0.0.1:" + port)
                .awaitLine("...serves cellar...");
    }

    private Program send(String body, String rest) {
        return Program.start("echo '" + body + "' | ./sommelier send " + rest + " --controller 127.0.0.1:" + port);
    }

    @Test
    void killingTheConnectorTellsTheCallerAtOnceThatTheOutcomeIsUnknown() {
        try (Program connector = connector("victim")) {
            Program sender = send("{\"to\":1000000000}", "cellar count --stream --ttl 1h");
            sender.awaitLine("{\"n\":1}");

            connector.kill();

            assertThat(sender.awaitEnd()).isEqualTo(1);
            assertThat(last(sender)).startsWith("MEMBER_GONE (UNKNOWN at STREAM)");
            controller.awaitLine("...channel down: victim...");
        }
    }

    @Test
    void killingTheControllerTellsTheCallerAndTheConnectorComesBackToTheNextOne() {
        try (Program connector = connector("survivor")) {
            Program sender = send("{\"millis\":600000}", "cellar slow --ttl 1h");
            controller.awaitLine("...channel up:..."); // the connector; the sender may come a little later
            awaitInFlight(sender);

            controller.kill().awaitEnd();

            assertThat(sender.awaitEnd()).isEqualTo(1);
            assertThat(last(sender)).startsWith("CONTROLLER_GONE");
            controller =
                    Program.start("./sommelier run --plain --port " + port).awaitLine("...channel up: survivor...");
            Program again = send("once more", "cellar pour");
            assertThat(again.awaitEnd()).isZero();
            assertThat(connector.isAlive()).isTrue();
        }
    }

    private void awaitInFlight(Program sender) {
        controller.awaitLine("...channel up: send-..."); // the sender has its channel; it sends at once
        assertThat(sender.isAlive()).isTrue();
    }

    @Test
    void twoConnectorsShareTheLoadAndTheOneThatStaysTakesOver() {
        try (Program one = connector("one");
                Program two = connector("two")) {
            one.terminate().awaitEnd();

            for (int i = 0; i < 5; i++) {
                Program sender = send("n" + i, "cellar pour");
                assertThat(sender.awaitEnd()).as("%s", sender.lines()).isZero();
            }
            controller.awaitLine("...channel down: one..., NORMAL...");
            assertThat(two.isAlive()).isTrue();
        }
    }

    @Test
    void aPortThatIsTakenIsSaidInOneLine() {
        Program second = Program.start("./sommelier run --plain --port " + port);

        assertThat(second.awaitEnd()).isEqualTo(1);
        assertThat(last(second)).contains("127.0.0.1:" + port);
        assertThat(second.lines()).noneMatch(line -> line.startsWith("\tat "));
    }

    @Test
    void aWrongOptionIsNamedWithWhatIsAllowed() {
        Program wrong = Program.start("./sommelier run --plain --port 70000 --heartbeat never --host 0.0.0.0");

        assertThat(wrong.awaitEnd()).isEqualTo(2);
        assertThat(last(wrong))
                .contains("port = 70000")
                .contains("0 to 65535")
                .contains("heartbeat = never")
                .contains("host = 0.0.0.0");
    }

    private static String last(Program program) {
        List<String> lines = program.lines();
        return lines.get(lines.size() - 1);
    }
}
