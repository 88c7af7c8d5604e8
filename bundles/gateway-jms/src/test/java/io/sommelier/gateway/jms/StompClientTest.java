package io.sommelier.gateway.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A STOMP 1.2 client, which is a socket and a few lines. */
@Timeout(90)
class StompClientTest {
    @TempDir
    Path data;

    private final AtomicReference<Invocation> seen = new AtomicReference<>();
    private World world;
    private Socket socket;
    private DataInputStream in;

    /** A frame that came; its headers, and the command under an empty name. */
    private record Frame(Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void start() throws IOException {
        world = new World(data, Map.of()).startBroker().awaitServed("cellar");
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(
                    Part.complete(invocation.payload()).contentType("text/wine").build());
        });
        socket = new Socket(InetAddress.getLoopbackAddress(), world.port("STOMP"));
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        send("CONNECT\naccept-version:1.2\nhost:h\n\n", new byte[0]);
        assertThat(read().headers()).containsEntry("", "CONNECTED");
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        world.close();
    }

    private void send(String head, byte[] body) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        frame.writeBytes(body);
        frame.write(0);
        socket.getOutputStream().write(frame.toByteArray());
    }

    private Frame read() throws IOException {
        String line = line();
        while (line.isEmpty()) {
            line = line();
        }
        Map<String, String> headers = new LinkedHashMap<>(Map.of("", line));
        while (!(line = line()).isEmpty()) {
            int colon = line.indexOf(':');
            headers.putIfAbsent(line.substring(0, colon), line.substring(colon + 1));
        }
        String length = headers.get("content-length");
        if (length != null) {
            byte[] body = in.readNBytes(Integer.parseInt(length));
            assertThat(in.read()).isZero();
            return new Frame(headers, body);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int next; (next = in.read()) > 0; ) {
            body.write(next);
        }
        return new Frame(headers, body.toByteArray());
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next; (next = in.read()) != '\n'; ) {
            if (next < 0) {
                throw new EOFException();
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private void subscribe(String more) throws IOException {
        send("SUBSCRIBE\nid:0\ndestination:my.replies\n" + more + "receipt:r\n\n", new byte[0]);
        assertThat(read().headers()).containsEntry("", "RECEIPT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "subscription-type:ANYCAST\n"})
    void aTextIsAnsweredToWhereTheClientListensWhetherThatIsAQueueOrATopic(String type) throws IOException {
        subscribe(type);

        send(
                "SEND\ndestination:sommelier.in.cellar\nreply-to:my.replies\ncorrelation-id:c-1\n"
                        + "sommelier_operation:pour\ncontent-type:text/plain\nx-table:4\n\n",
                "Pétrus".getBytes(StandardCharsets.UTF_8));

        Frame reply = read();
        assertThat(reply.headers())
                .containsEntry("", "MESSAGE")
                .containsEntry("correlation-id", "c-1")
                .containsEntry("content-type", "text/wine")
                .containsKey("sommelier_command_id")
                .doesNotContainKey("sommelier_code");
        assertThat(reply.text()).isEqualTo("Pétrus");
        assertThat(seen.get().command().contentType()).isEqualTo("text/plain");
        assertThat(seen.get().command().headers().first("x-table")).contains("4");
    }

    @Test
    void bytesAreAnsweredByBytes() throws IOException {
        subscribe("");

        send(
                "SEND\ndestination:sommelier.in.cellar\nreply-to:my.replies\ntype:pour\ncontent-length:3\n\n",
                new byte[] {1, 0, (byte) 0xff});

        assertThat(read().body()).containsExactly(1, 0, 0xff);
    }

    @Test
    void aFailureIsToldByHeadersAndAProblem() throws IOException {
        subscribe("");

        send("SEND\ndestination:sommelier.in.cellar\nreply-to:my.replies\ntype:dance\n\n", new byte[0]);

        Frame reply = read();
        assertThat(reply.headers())
                .containsEntry("sommelier_code", "UNKNOWN_OPERATION")
                .containsEntry("sommelier_outcome", "NOT_SENT")
                .containsEntry("content-type", "application/problem+json");
        assertThat(reply.text()).contains("\"outcome\":\"NOT_SENT\"");
    }
}
