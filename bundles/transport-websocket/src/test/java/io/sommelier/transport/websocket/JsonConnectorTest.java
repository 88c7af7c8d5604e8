package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.connector.Connector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The WebSocket client of the JDK as a connector, with JSON that is put together by hand, at a real controller. */
@Timeout(60)
class JsonConnectorTest {
    private static final Pattern COMMAND =
            Pattern.compile("\\{\"type\":\"command\",\"stream\":(\\d+),.*\"text\":(\".*\")}");

    private final WebSocketNode node = new WebSocketNode("node-1", WebSocketNode.settings());
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        node.close();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean isLast) {
            text.append(data);
            if (isLast) {
                Matcher command = COMMAND.matcher(text);
                if (command.matches()) {
                    socket.sendText(
                            "{\"type\":\"complete\",\"stream\":" + command.group(1) + ",\"text\":" + command.group(2)
                                    + "}",
                            true);
                } else {
                    texts.add(text.toString());
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }

    private WebSocket dial(String hello) throws Exception {
        WebSocket socket = get(HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("sommelier.json.v1")
                .buildAsync(URI.create("ws://127.0.0.1:" + node.port() + "/sommelier"), new Listener()));
        get(socket.sendText(hello, true));
        assertThat(next()).startsWith("{\"type\":\"welcome\"");
        return socket;
    }

    private String next() throws InterruptedException {
        return texts.poll(10, TimeUnit.SECONDS);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void itServesCommandsOfOtherConnectors() throws Exception {
        dial("{\"type\":\"hello\",\"instance\":\"json-1\",\"target\":\"cellar\",\"operations\":[\"pour\"]}");
        Connector sender = node.open(Connector.builder("guest-1"));

        for (int i = 0; i < 100; i++) {
            Reply reply = get(sender.send(Command.to("cellar", "pour")
                            .payload(Payload.ofText("glass \"" + i + "\"\n"))
                            .build())
                    .result());
            assertThat(reply.payload().asText()).isEqualTo("glass \"" + i + "\"\n");
        }
    }

    @Test
    void itSendsCommandsAndReadsAStreamAgainstItsCredit() throws Exception {
        node.open(Connector.builder("cellar-1")
                .serves("cellar")
                .handler("pour", CommandHandler.answering(Invocation::payload))
                .handler(
                        "list",
                        CommandHandler.iterating(
                                invocation -> java.util.List.of(Payload.ofText("a"), Payload.ofText("b"))
                                        .iterator())));
        WebSocket socket = dial("{\"type\":\"hello\",\"instance\":\"json-1\"}");

        get(socket.sendText(
                "{\"type\":\"command\",\"stream\":1,\"operation\":\"pour\",\"target\":\"cellar\",\"base64\":\"AP8=\"}",
                true));
        assertThat(next())
                .contains("\"type\":\"complete\",\"stream\":1,\"count\":0,")
                .endsWith("\"base64\":\"AP8=\"}");

        get(socket.sendText(
                "{\"type\":\"command\",\"stream\":3,\"operation\":\"list\",\"target\":\"cellar\",\"credit\":1}", true));
        assertThat(next()).isEqualTo("{\"type\":\"data\",\"stream\":3,\"sequence\":0,\"text\":\"a\"}");
        get(socket.sendText("{\"type\":\"credit\",\"stream\":3,\"bytes\":128}", true));
        assertThat(next()).isEqualTo("{\"type\":\"data\",\"stream\":3,\"sequence\":1,\"text\":\"b\"}");
        assertThat(next()).isEqualTo("{\"type\":\"complete\",\"stream\":3,\"count\":2}");

        get(socket.sendText("{\"type\":\"command\",\"stream\":5,\"operation\":\"pour\",\"target\":\"nowhere\"}", true));
        assertThat(next()).contains("\"code\":\"UNKNOWN_TARGET\",\"outcome\":");
        get(socket.sendText("{\"type\":\"goodbye\"}", true));
        await().until(() -> node.controller().admin().channels().size() == 1);
    }
}
