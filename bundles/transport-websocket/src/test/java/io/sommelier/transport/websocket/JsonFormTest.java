package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.testkit.FakeAcceptor.Session;
import io.sommelier.testkit.FakeOutgoing;
import io.sommelier.transport.websocket.RawClient.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages in JSON, told over a socket to a controller that the test plays. */
@Timeout(60)
class JsonFormTest {
    private static final String HELLO =
            "{\"type\":\"hello\",\"instance\":\"cellar-1\",\"target\":\"cellar\",\"operations\":[\"pour\"]}";

    private Controlled node = new Controlled(WebSocketNode.settings());

    @AfterEach
    void close() {
        node.close();
    }

    private RawClient upgraded() throws Exception {
        return RawClient.upgraded(node.port(), "sommelier.json.v1");
    }

    private RawClient welcomed() throws Exception {
        RawClient client = upgraded();
        client.sendText(HELLO);
        assertThat(client.readUntil(RawClient.TEXT).text()).startsWith("{\"type\":\"welcome\",\"version\":1,");
        return client;
    }

    private FakeOutgoing offer(Command.Builder command) {
        FakeOutgoing offered = new FakeOutgoing(command.build(), 1000);
        assertThat(node.session(1).channel().offer(offered)).isTrue();
        return offered;
    }

    @Test
    void aCommandComesAsTextAndItsReplyGoesBackAsText() throws Exception {
        try (RawClient client = welcomed()) {
            FakeOutgoing command = offer(Command.to("cellar", "pour").payload(Payload.ofText("claret")));
            assertThat(client.readUntil(RawClient.TEXT).text())
                    .startsWith("{\"type\":\"command\",\"stream\":2,\"id\":\"")
                    .contains("\"operation\":\"pour\",\"target\":\"cellar\"")
                    .endsWith("\"attempt\":1,\"text\":\"claret\"}");

            client.sendText("{\"type\":\"data\",\"stream\":2,\"sequence\":0,\"text\":\"po\"}");
            client.sendText("{\"type\":\"complete\",\"stream\":2,\"count\":1,\"text\":\"ured\"}");

            await().until(() -> command.parts().size() == 2);
            assertThat(command.parts()).extracting(Part::status).containsExactly(PartStatus.DATA, PartStatus.COMPLETE);
            assertThat(command.parts().get(1).payload().asText()).isEqualTo("ured");
            assertThat(command.faults()).isEmpty();
        }
    }

    @Test
    void aCommandOfTheConnectorIsAnsweredInText() throws Exception {
        try (RawClient client = welcomed()) {
            client.sendText(
                    "{\"type\":\"command\",\"stream\":1,\"operation\":\"cook\",\"target\":\"kitchen\",\"json\":{\"for\":2}}");
            Session session = node.session(1);
            await().until(() -> session.received().size() == 1);
            Command command = session.received().get(0).command();
            assertThat(command.payload().asText()).isEqualTo("{\"for\":2}");
            assertThat(command.ttl()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));

            session.received()
                    .get(0)
                    .replyPath()
                    .part(Part.complete(Payload.ofText("[ 1 ]"))
                            .contentType("application/json")
                            .build());

            assertThat(client.readUntil(RawClient.TEXT).text())
                    .isEqualTo(
                            "{\"type\":\"complete\",\"stream\":1,\"count\":0,\"contentType\":\"application/json\",\"json\":[ 1 ]}");
        }
    }

    @Test
    void aMessageOfMegabytesComesWholeInBothDirections() throws Exception {
        String large = "ä".repeat(2 << 20);
        try (RawClient client = welcomed()) {
            FakeOutgoing command = offer(Command.to("cellar", "pour").payload(Payload.ofText(large)));
            assertThat(client.readUntil(RawClient.TEXT).text()).endsWith("\"text\":\"" + large + "\"}");

            byte[] reply = ("{\"type\":\"complete\",\"stream\":2,\"text\":\"" + large + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            int at = 0;
            for (int opcode = RawClient.TEXT; reply.length - at > 65_535; opcode = RawClient.CONTINUATION) {
                client.sendPiece(opcode, java.util.Arrays.copyOfRange(reply, at, at + 65_535));
                at += 65_535;
            }
            client.send(RawClient.CONTINUATION, java.util.Arrays.copyOfRange(reply, at, reply.length));

            await().until(() -> command.parts().size() == 1);
            assertThat(command.parts().get(0).payload().asText()).isEqualTo(large);
        }
    }

    @Test
    void aClientThatOnlyAnswersPingsStays() throws Exception {
        node.close();
        node = new Controlled(
                WebSocketNode.settings().withLink(Controlled.times(Duration.ofSeconds(5), Duration.ofSeconds(1))));
        try (RawClient client = welcomed()) {
            for (int i = 0; i < 4; i++) {
                Frame ping = client.readUntil(RawClient.PING);
                assertThat(node.session(1).goodbye()).isEmpty();
                client.send(RawClient.PONG, ping.payload());
            }

            // and is found as soon as it does not
            await().until(() -> node.session(1).goodbye().isPresent());
            assertThat(node.session(1).goodbye().orElseThrow().reason()).isEqualTo(CloseReason.HEARTBEAT_TIMEOUT);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"hello\",\"instance\":\"cellar-1\",\"lowest\":2,\"highest\":9} | VERSION_MISMATCH | 4007",
                "{\"type\":\"operations\",\"operations\":[]} | PROTOCOL_ERROR | 1002",
                "{\"type\":\"drain\"} | PROTOCOL_ERROR | 1002"
            })
    void whoDoesNotBeginWithAHelloThatIsUnderstoodIsRefused(String message, CloseReason reason, int code)
            throws Exception {
        try (RawClient client = upgraded()) {
            client.sendText(message);

            assertThat(client.readUntil(RawClient.TEXT).text())
                    .startsWith("{\"type\":\"refused\",\"reason\":\"" + reason + "\",");
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(code);
        }
    }

    @Test
    void aHelloThatDoesNotComeIsNotWaitedFor() throws Exception {
        node.close();
        node = new Controlled(
                WebSocketNode.settings().withLink(Controlled.times(Duration.ofMillis(100), Duration.ofSeconds(1))));

        try (RawClient silent = upgraded()) {
            assertThat(silent.readUntil(RawClient.TEXT).text()).contains("\"reason\":\"HELLO_TIMEOUT\"");
            assertThat(silent.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(4005);
        }
    }

    private void assertEndsWith(byte[] frame, int code, String reason) throws Exception {
        try (RawClient client = welcomed()) {
            client.raw(frame);

            assertThat(client.readUntil(RawClient.TEXT).text())
                    .isEqualTo("{\"type\":\"goodbye\",\"reason\":\"PROTOCOL_ERROR\",\"comeBack\":true,\"message\":\""
                            + reason + "\"}");
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(code);
        }
    }

    @Test
    void aBadMessageEndsTheChannelAndSaysWhatWasWrong() throws Exception { // GX-4 defect 9
        assertEndsWith(
                RawClient.frame(0x81, "{\"type\":\"drain\",\"x\":1}".getBytes(), true), 1002, "x is unknown in drain");
        assertEndsWith(RawClient.frame(0x81, new byte[] {(byte) 0xff}, true), 1007, "this is no UTF-8");
        assertEndsWith(RawClient.frame(0x82, new byte[1], true), 1003, "a binary message; sommelier.json.v1 has text");
        assertEndsWith(
                RawClient.frame(0x81, "{\"type\":\"complete\",\"stream\":2}".getBytes(), true),
                1002,
                "stream 2 was never opened");
    }

    @Test
    void aMessageAboveTheLimitEndsTheChannelBeforeItIsWhole() throws Exception {
        try (RawClient client = upgraded()) {
            client.sendPiece(RawClient.TEXT, new byte[65_535]);
            client.sendPiece(RawClient.CONTINUATION, new byte[65_535]);

            assertThat(client.readUntil(RawClient.TEXT).text()).contains("the message is longer than 65536 bytes");
            assertThat(client.readUntil(RawClient.CLOSE).closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aValueThatIsNotAcceptableFailsItsCommandAlone() throws Exception {
        try (RawClient client = welcomed()) {
            client.sendText(
                    "{\"type\":\"command\",\"stream\":1,\"operation\":\"no such name\",\"target\":\"kitchen\"}");

            assertThat(client.readUntil(RawClient.TEXT).text())
                    .startsWith(
                            "{\"type\":\"failed\",\"stream\":1,\"count\":0,\"code\":\"INVALID_COMMAND\",\"outcome\":\"REFUSED\"");
            client.sendText("{\"type\":\"ping\",\"token\":7}");
            assertThat(client.readUntil(RawClient.TEXT).text()).isEqualTo("{\"type\":\"pong\",\"token\":7}");
        }
    }
}
