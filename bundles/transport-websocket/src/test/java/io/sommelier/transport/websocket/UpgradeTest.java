package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request for an upgrade may be, told by bytes over a socket. */
@Timeout(60)
class UpgradeTest {
    private Controlled node = new Controlled(WebSocketNode.settings());

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    private void restart(WebSocketSettings settings) throws Exception {
        node.close();
        node = new Controlled(settings);
    }

    /** The whole answer to a request, which the server closes behind. */
    private String refusalOf(String request) throws Exception {
        try (RawClient client = new RawClient(node.port())) {
            return client.request(request) + client.rest();
        }
    }

    private String request() {
        return RawClient.request(node.port(), "sommelier.v1");
    }

    @Test
    void aRequestAsItShouldBeIsUpgradedToItsSubprotocol() throws Exception {
        try (RawClient client = new RawClient(node.port())) {
            String answer = client.request(request());

            assertThat(answer)
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .containsIgnoringCase("\r\nupgrade: websocket\r\n")
                    .containsIgnoringCase("\r\nconnection: upgrade\r\n")
                    .containsIgnoringCase("\r\nsec-websocket-protocol: sommelier.v1\r\n")
                    // the key and the answer of RFC 6455, 1.3
                    .containsIgnoringCase("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .doesNotContainIgnoringCase("extensions");
        }
    }

    @Test
    void whatComesInOneBurstWithTheRequestIsNotLost() throws Exception {
        byte[] hello = RawClient.frame(0x80 | RawClient.BINARY, Frames.vector("hello-minimal"), true);
        byte[] request = request().getBytes(StandardCharsets.US_ASCII);
        byte[] burst = new byte[request.length + hello.length];
        System.arraycopy(request, 0, burst, 0, request.length);
        System.arraycopy(hello, 0, burst, request.length, hello.length);
        try (RawClient client = new RawClient(node.port())) {
            client.raw(burst);

            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            assertThat(Frames.readUntil(client, Frames.WELCOME)).isNotEmpty();
        }
    }

    @Test
    void aRequestThatComesByteByByteIsUpgraded() throws Exception {
        try (RawClient client = new RawClient(node.port())) {
            for (byte one : request().getBytes(StandardCharsets.US_ASCII)) {
                client.raw(new byte[] {one});
            }

            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /sommelier HTTP|GET /elsewhere HTTP|404|the path is /sommelier",
                "GET /sommelier HTTP|GET /sommelier/ HTTP|404|the path is /sommelier",
                "GET /sommelier|POST /sommelier|405|allowed is GET",
                "HTTP/1.1|HTTP/1.0|426|this is no upgrade to a WebSocket",
                "Upgrade: websocket|Upgrade: h2c|426|this is no upgrade to a WebSocket",
                "keep-alive, Upgrade|keep-alive|426|this is no upgrade to a WebSocket",
                "Version: 13|Version: 8|426|the version of WebSocket is 8, spoken is 13",
                "Sec-WebSocket-Version: 13|X: y|426|spoken is 13",
                "dGhlIHNhbXBsZSBub25jZQ==|dGhl|400|Sec-WebSocket-Key is not one value of 16 bytes in base 64",
                "Sec-WebSocket-Key|X-Key|400|Sec-WebSocket-Key is not one value",
                "Host: |X-Host: |400|there is not one Host",
                "Sec-WebSocket-Protocol: sommelier.v1|Content-Length: 3|400|a request for an upgrade has no body",
                "sommelier.v1|mqtt|400|names no subprotocol that is spoken here; spoken are sommelier.v1",
                "Sec-WebSocket-Protocol: sommelier.v1|X: y|400|spoken are sommelier.v1",
                "GET /sommelier HTTP/1.1|nonsense|400|",
            })
    void aRequestThatIsWrongIsRefusedAndToldWhy(String of, String to, int status, String reason) throws Exception {
        String answer = refusalOf(request().replace(of, to));

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase("connection: close");
        if (reason != null) {
            assertThat(answer).contains(reason);
        }
        assertThat(node.controller.sessions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sommelier.v9, sommelier.v1",
                "sommelier.v1,sommelier.v9",
                "x\r\nSec-WebSocket-Protocol: sommelier.v1"
            })
    void oneOfSeveralSubprotocolsIsEnough(String offer) throws Exception {
        RawClient.upgraded(node.port(), offer).close();
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:PORT, 101",
        "HTTPS://127.0.0.1:PORT, 101",
        "https://shop.example, 101",
        "HTTPS://Shop.Example, 101",
        "https://shop.example:8443, 403",
        "http://shop.example, 403",
        "http://127.0.0.1, 403",
        "http://127.0.0.1:PORT.evil.example, 403",
        "https://evil.example, 403",
        "null, 403",
    })
    void aPageMayDialWhenItIsOfTheSameHostOrListed(String origin, int status) throws Exception {
        restart(WebSocketNode.settings().withOrigins(Origins.parse("https://shop.example")));
        String withOrigin =
                request().replace("\r\n\r\n", "\r\nOrigin: " + origin.replace("PORT", "" + node.port()) + "\r\n\r\n");

        try (RawClient client = new RawClient(node.port())) {
            assertThat(client.request(withOrigin)).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void aStarLetsEveryPageDial() throws Exception {
        restart(WebSocketNode.settings().withOrigins(Origins.parse("*")));

        try (RawClient client = new RawClient(node.port())) {
            assertThat(client.request(request().replace("\r\n\r\n", "\r\nOrigin: null\r\n\r\n")))
                    .startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void aRequestAboveItsLimitIsRefusedBeforeItIsWhole() throws Exception {
        restart(WebSocketNode.settings().withReadLimits(1024, 65536));

        assertThat(refusalOf(request().replace("\r\n\r\n", "\r\nX: " + "x".repeat(2000))))
                .startsWith("HTTP/1.1 431 ")
                .contains("allowed are 1024 bytes");
        assertThat(refusalOf("GET /" + "x".repeat(2000))).startsWith("HTTP/1.1 414 ");
    }

    @Test
    void aSocketThatAsksForNothingIsClosed() throws Exception {
        restart(WebSocketNode.settings().withLink(Controlled.times(Duration.ofMillis(100), Duration.ofSeconds(10))));

        try (RawClient silent = new RawClient(node.port());
                RawClient loris = new RawClient(node.port())) {
            loris.raw("GET /sommelier HTTP/1.1\r\nHost".getBytes(StandardCharsets.US_ASCII));

            assertThat(silent.isClosed()).isTrue();
            assertThat(loris.isClosed()).isTrue();
        }
    }

    @Test
    void garbageInsteadOfARequestIsRefusedAndTheNextSocketIsServed() throws Exception {
        try (RawClient client = new RawClient(node.port())) {
            client.raw(new byte[] {0x16, 3, 1, 0, 5, 1, '\r', '\n', '\r', '\n'});

            assertThat(client.isClosed()).isTrue();
        }
        RawClient.upgraded(node.port(), "sommelier.v1").close();
    }

    @Test
    void aSocketThatGoesInTheMidstOfItsRequestLeavesNothingBehind() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (Socket socket = new Socket("127.0.0.1", node.port())) {
                socket.getOutputStream().write(request().substring(0, 3 * i).getBytes(StandardCharsets.US_ASCII));
                socket.setSoLinger(true, 0);
            }
        }

        RawClient.upgraded(node.port(), "sommelier.v1").close();
    }
}
