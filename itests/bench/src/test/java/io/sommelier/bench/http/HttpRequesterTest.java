package io.sommelier.bench.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The load client, beside servers that answer well and badly. */
class HttpRequesterTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Meter meter = new Meter();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : open) {
            resource.close();
        }
    }

    @Test
    void countsTheRepliesOfAllItsConnections() throws Exception {
        HttpEcho echo = new HttpEcho("127.0.0.1", 0, 1);
        open.add(echo);
        HttpRequester requester = requester(echo.port(), LoadShape.single(4, 4096));

        requester.start();

        await().until(() -> meter.next().count() > 100);
        requester.stop();
        meter.next();
        assertThat(meter.next().count()).isZero();
    }

    @Test
    void canBeStartedAgain() throws Exception {
        HttpEcho echo = new HttpEcho("127.0.0.1", 0, 1);
        open.add(echo);
        HttpRequester requester = requester(echo.port(), LoadShape.single(2, 0));
        requester.start();
        await().until(() -> meter.next().count() > 0);
        requester.stop();
        meter.next();

        requester.start();

        await().until(() -> meter.next().count() > 0);
        requester.stop();
    }

    @Test
    void sendsTheRequestThatACommandIs() throws Exception {
        Stub stub = new Stub("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nxyz");
        HttpRequester requester = requester(stub.port(), LoadShape.single(1, 3));

        requester.start();

        await().until(() -> !stub.heads.isEmpty());
        requester.stop();
        assertThat(stub.heads.get(0))
                .startsWith("POST /commands/bench-1/serve HTTP/1.1\r\n")
                .contains("Host: 127.0.0.1:" + stub.port() + "\r\n")
                .contains("Content-Type: application/octet-stream\r\n")
                .contains("Content-Length: 3\r\n");
    }

    @Test
    void takesAReplyInChunks() throws Exception {
        Stub stub = new Stub("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n2\r\nyz\r\n0\r\n\r\n");
        HttpRequester requester = requester(stub.port(), LoadShape.single(1, 3));

        requester.start();

        await().until(() -> meter.next().count() > 0);
        requester.stop();
    }

    @Test
    void aProblemFailsTheLoadWithItsText() throws Exception {
        failsWith(
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 18\r\n\r\n{\"code\":\"NO_MEMBER\"",
                "503 Service Unavailable {\"code\":\"NO_MEMBER");
    }

    @Test
    void aReplyOfAnotherLengthFailsTheLoad() throws Exception {
        failsWith("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy", "a reply of 2 bytes to a request of 3");
    }

    @Test
    void aServerThatDoesNotKeepTheConnectionFailsTheLoad() throws Exception {
        failsWith(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nxyz",
                "the server will close the connection");
    }

    @Test
    void aReplyThatBreaksOffFailsTheLoad() throws Exception {
        failsWith("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nx", "the server closed a connection");
    }

    @Test
    void whatIsNoHttpFailsTheLoad() throws Exception {
        failsWith("220 mail.example ESMTP\r\n\r\n", "a reply that is none");
    }

    private void failsWith(String reply, String message) throws Exception {
        Stub stub = new Stub(reply);
        stub.closing = true;
        HttpRequester requester = requester(stub.port(), LoadShape.single(1, 3));

        requester.start();
        requester.stop();

        assertThatThrownBy(meter::next).hasMessageContaining(message);
    }

    private HttpRequester requester(int port, LoadShape shape) {
        HttpRequester requester =
                new HttpRequester(new InetSocketAddress("127.0.0.1", port), "/commands/bench-1/serve", shape, meter);
        open.add(requester);
        return requester;
    }

    /** Answers every request of three bytes with the same text; then closes, if it is told so. */
    private final class Stub implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<String> heads = new CopyOnWriteArrayList<>();
        private final byte[] reply;
        private volatile boolean closing;

        Stub(String reply) throws IOException {
            this.reply = reply.getBytes(StandardCharsets.US_ASCII);
            open.add(this);
            Thread thread = new Thread(this::serve, "stub");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return listener.getLocalPort();
        }

        private void serve() {
            try (Socket socket = listener.accept()) {
                for (String head = head(socket.getInputStream()); head != null; head = head(socket.getInputStream())) {
                    heads.add(head);
                    socket.getInputStream().readNBytes(3);
                    socket.getOutputStream().write(reply);
                    if (closing) {
                        return;
                    }
                }
            } catch (IOException e) {
                // the client has gone, or the test is over
            }
        }

        private static String head(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return null;
                }
                head.append((char) next);
            }
            return head.toString();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
