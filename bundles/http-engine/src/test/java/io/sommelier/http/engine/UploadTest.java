package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies of any size, given to the route as they come and only as fast as it asks. */
class UploadTest {
    private final BlockingQueue<Reader> readers = new LinkedBlockingQueue<>();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = Server.with(Map.of("bodyLimit", "500ms", "maxBodyBytes", "1000"), new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/up?useStreaming=true").process(new Uploads(true));
                from("platform-http:/hand?useStreaming=true").process(new Uploads(false));
                from("platform-http:/mirror?useStreaming=true").process(e -> {});
                from("platform-http:/ignore?useStreaming=true").setBody(constant("done"));
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String head(String path, long length) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void aGibibyteGoesThroughASmallHeap() throws Exception {
        var block = new byte[1 << 20];
        try (RawClient client = server.client()) {
            client.send(head("/up", 1024L << 20));
            for (int i = 0; i < 1024; i++) {
                client.send(block);
            }

            assertThat(client.reply().text()).isEqualTo(String.valueOf(1024L << 20));
            assertThat(client.get("/ignore").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyWithoutLengthAndOneWithoutBytesWorkToo() throws Exception {
        try (RawClient client = server.client()) {
            client.send(
                    "POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(client.reply().text()).isEqualTo("5");

            client.send(head("/up", 0));
            assertThat(client.reply().text()).isEqualTo("0");
        }
    }

    @Test
    void nothingIsReadThatIsNotAskedFor() throws Exception {
        try (RawClient client = RawClient.narrow(server.port())) {
            client.socket.setSendBufferSize(16 << 10);
            client.send(head("/hand", 64 << 20));
            var sent = new AtomicLong();
            var sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 64 << 20; i += 16 << 10) {
                        client.send(new byte[16 << 10]);
                        sent.addAndGet(16 << 10);
                    }
                } catch (java.io.IOException e) {
                    // closed by the end of the test
                }
            });
            sender.start();
            Reader reader = readers.poll(10, TimeUnit.SECONDS);
            await().until(() -> {
                long before = sent.get();
                return before == stays(sent, before);
            });

            assertThat(sent.get()).isLessThan(16 << 20);
            assertThat(reader.bytes.get()).isZero();

            reader.subscription.request(Long.MAX_VALUE);
            assertThat(client.reply().text()).isEqualTo(String.valueOf(64 << 20));
            sender.join();
        }
    }

    private static long stays(AtomicLong value, long before) {
        await().pollDelay(java.time.Duration.ofMillis(200)).until(() -> true);
        return value.get();
    }

    @Test
    void aReaderIsToldWhenTheRestDoesNotCome() throws Exception {
        try (RawClient client = server.client()) {
            client.send(head("/up", 100) + "abc");
            Reader gone = readers.poll(10, TimeUnit.SECONDS);
            await().until(() -> gone.bytes.get() == 3);
            client.socket.close();
            await().until(() -> gone.error != null);
        }
        try (RawClient client = server.client()) {
            client.send(head("/up", 100) + "abc");
            Reader slow = readers.poll(10, TimeUnit.SECONDS);
            assertThat(client.reply().status()).isEqualTo(408);
            await().until(() -> slow.error != null);
        }
        await().until(() -> server.context.getInflightRepository().size() == 0);
    }

    @Test
    void aBodyThatTheRouteIgnoresEndsTheConnectionAfterTheReply() throws Exception {
        try (RawClient client = server.client()) {
            client.send(head("/ignore", 100_000) + "abc");
            RawClient.Reply reply = client.reply();

            assertThat(reply.text()).isEqualTo("done");
            assertThat(reply.header("Connection")).isEqualTo("close");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyMayBeTheReply() throws Exception {
        try (RawClient client = server.client()) {
            client.send(head("/mirror", 6) + "abc");
            client.head();
            assertThat(client.chunk()).hasSize(3);
            client.send("def");
            assertThat(client.chunk()).hasSize(3);
            assertThat(client.chunk()).isEmpty();
            assertThat(client.get("/ignore").reply().status()).isEqualTo(200);
        }
    }

    /** Answers with the number of bytes when the body is whole. */
    private final class Uploads extends AsyncProcessorSupport {
        private final boolean asksAtOnce;

        Uploads(boolean asksAtOnce) {
            this.asksAtOnce = asksAtOnce;
        }

        @Override
        @SuppressWarnings("unchecked")
        public boolean process(Exchange exchange, AsyncCallback callback) {
            var reader = new Reader(exchange, callback, asksAtOnce);
            exchange.getMessage().getBody(Flow.Publisher.class).subscribe(reader);
            readers.add(reader);
            return false;
        }
    }

    /** Counts bytes. */
    private static final class Reader implements Flow.Subscriber<ByteBuffer> {
        final AtomicLong bytes = new AtomicLong();
        volatile Throwable error;
        volatile Flow.Subscription subscription;
        private final Exchange exchange;
        private final AsyncCallback callback;
        private final boolean asksAtOnce;

        Reader(Exchange exchange, AsyncCallback callback, boolean asksAtOnce) {
            this.exchange = exchange;
            this.callback = callback;
            this.asksAtOnce = asksAtOnce;
        }

        @Override
        public void onSubscribe(Flow.Subscription newSubscription) {
            subscription = newSubscription;
            if (asksAtOnce) {
                newSubscription.request(1);
            }
        }

        @Override
        public void onNext(ByteBuffer part) {
            bytes.addAndGet(part.remaining());
            if (asksAtOnce) {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable reason) {
            error = reason;
            exchange.setException(reason);
            callback.done(false);
        }

        @Override
        public void onComplete() {
            exchange.getMessage().setBody(bytes.toString());
            callback.done(false);
        }
    }
}
