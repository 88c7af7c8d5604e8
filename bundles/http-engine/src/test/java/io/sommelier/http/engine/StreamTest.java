package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replies in parts: as fast as the client reads, whole or unmistakably not. */
class StreamTest {
    private final BlockingQueue<HandPublisher> opened = new LinkedBlockingQueue<>();
    private final List<Parts> parts = new ArrayList<>();
    private final AtomicInteger gone = new AtomicInteger();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = Server.with(Map.of("writeLimit", "1s", "streamBytes", "65536"), new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/hand").process(e -> {
                    var publisher = new HandPublisher();
                    e.getMessage().setBody(publisher);
                    opened.add(publisher);
                });
                from("platform-http:/parts").process(e -> {
                    var publisher = new Parts(
                            e.getMessage().getHeader("count", Long.class),
                            e.getMessage().getHeader("size", Integer.class));
                    synchronized (parts) {
                        parts.add(publisher);
                    }
                    e.getMessage().setBody(publisher);
                });
                from("platform-http:/in")
                        .process(e -> e.getMessage().setBody(new ByteArrayInputStream(new byte[100_000])));
                from("platform-http:/bad").process(e -> e.getMessage().setBody(new BadStream()));
                from("platform-http:/wait").process(new AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        exchange.getProperty(Turn.GONE, CompletionStage.class).thenRun(() -> {
                            gone.incrementAndGet();
                            callback.done(false);
                        });
                        return false;
                    }
                });
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HandPublisher opened() throws InterruptedException {
        return opened.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void theFirstPartIsSentWhenItIsThere() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/hand");
            HandPublisher publisher = opened();
            publisher.next("one");
            assertThat(client.head().header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(new String(client.chunk(), "US-ASCII")).isEqualTo("one");

            publisher.next("two");
            assertThat(new String(client.chunk(), "US-ASCII")).isEqualTo("two");
            publisher.complete();
            assertThat(client.chunk()).isEmpty();
            assertThat(client.get("/in").reply().body()).hasSize(100_000);
        }
    }

    @Test
    void anEmptyStreamIsAWholeReply() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/hand");
            opened().complete();

            assertThat(client.reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aFailureBeforeTheFirstPartIs500() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/hand");
            opened().fail();

            assertThat(client.reply().status()).isEqualTo(500);
            assertThat(client.get("/in").reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aFailureAfterTheFirstPartBreaksTheConnectionWithoutALastChunk() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/hand");
            HandPublisher publisher = opened();
            publisher.next("one");
            client.head();
            client.chunk();
            publisher.next("two");
            publisher.fail();

            assertThat(client.chunk()).isNotEmpty();
            assertThatThrownBy(client::chunk).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aClientOfHttp10GetsTheStreamUpToTheCloseAndAResetWhenItFails() throws Exception {
        try (RawClient client = server.client()) {
            client.send("GET /parts?count=10&size=10 HTTP/1.0\r\n\r\n");
            RawClient.Reply reply = client.reply();
            assertThat(reply.header("Transfer-Encoding")).isNull();
            assertThat(reply.body()).hasSize(100);
        }
        try (RawClient client = server.client()) {
            client.send("GET /hand HTTP/1.0\r\n\r\n");
            HandPublisher publisher = opened();
            publisher.next("one");
            client.head();
            client.in.readNBytes(3);
            publisher.fail();

            assertThatThrownBy(() -> client.in.read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aDisconnectIsToldToAStreamThatIdles() throws Exception {
        RawClient client = server.client();
        client.get("/hand");
        HandPublisher publisher = opened();
        publisher.next("one");
        client.head();
        client.close();

        assertThat(publisher.cancelled.get(10, TimeUnit.SECONDS)).isTrue();
        await().until(() -> server.context.getInflightRepository().size() == 0);
    }

    @Test
    void aDisconnectIsToldToARouteThatHasNotAnswered() throws Exception {
        RawClient client = server.client();
        client.get("/wait");
        await().until(() -> server.context.getInflightRepository().size() == 1);
        client.close();

        await().atMost(Duration.ofSeconds(5)).untilAtomic(gone, org.hamcrest.Matchers.is(1));
        await().until(() -> server.context.getInflightRepository().size() == 0);
    }

    @Test
    void headCancelsTheStreamAndGetsItsHeader() throws Exception {
        try (RawClient client = server.client()) {
            client.send("HEAD /hand HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.reply(true).status()).isEqualTo(200);
            assertThat(opened().cancelled.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anInputStreamIsSentWholeAndABrokenOneBreaks() throws Exception {
        try (RawClient client = server.client()) {
            assertThat(client.get("/in").reply().body()).hasSize(100_000);
            assertThatThrownBy(() -> client.get("/bad").reply()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aGibibyteGoesThroughASmallHeap() throws Exception {
        long count = 16_384;
        int size = 65_536;
        try (RawClient client = server.client()) {
            client.get("/parts?count=" + count + "&size=" + size).head();

            long bytes = 0;
            for (byte[] chunk = client.chunk(); chunk.length > 0; chunk = client.chunk()) {
                bytes += chunk.length;
            }

            assertThat(bytes).isEqualTo(count * size);
        }
    }

    @Test
    void aMillionSmallPartsKeepTheirOrder() throws Exception {
        try (RawClient client = server.client()) {
            client.get("/parts?count=300000&size=8").head();

            var rest = ByteBuffer.allocate(1 << 20);
            long next = 0;
            for (byte[] chunk = client.chunk(); chunk.length > 0; chunk = client.chunk()) {
                rest.put(chunk).flip();
                while (rest.remaining() >= 8) {
                    assertThat(rest.getLong()).isEqualTo(next++);
                }
                rest.compact();
            }
            assertThat(next).isEqualTo(300_000);
        }
    }

    @Test
    void aHundredClientsThatDoNotReadHoldLittleAndAreClosedAfterTheWriteLimit() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(RawClient.narrow(server.port()));
            clients.get(i).get("/parts?count=1000000&size=32768");
        }
        await().until(() -> started() == 100);

        // Each has given what the sockets and the engine hold, and waits.
        await().atMost(Duration.ofSeconds(30)).until(() -> server.engine.openConnections() == 0);
        for (Parts publisher : parts) {
            assertThat(publisher.given.get()).isLessThan(40);
            assertThat(publisher.isCancelled).isTrue();
        }
        for (RawClient client : clients) {
            client.close();
        }
    }

    private int started() {
        synchronized (parts) {
            return parts.size();
        }
    }

    @Test
    void aSlowReaderHoldsItsPublisherBack() throws Exception {
        try (RawClient client = RawClient.narrow(server.port())) {
            client.get("/parts?count=200&size=32768");
            client.head();
            long bytes = 0;
            for (byte[] chunk = client.chunk(); chunk.length > 0; chunk = client.chunk()) {
                bytes += chunk.length;
                long ahead = parts.get(0).given.get() * 32_768L - bytes;
                assertThat(ahead).isLessThan(2 << 20);
            }
            assertThat(bytes).isEqualTo(200 * 32_768L);
        }
    }

    /** Gives as many parts as are asked for, each beginning with its number. */
    static final class Parts implements Flow.Publisher<ByteBuffer> {
        final AtomicInteger given = new AtomicInteger();
        volatile boolean isCancelled;
        private final long count;
        private final int size;

        Parts(long count, int size) {
            this.count = count;
            this.size = size;
        }

        @Override
        public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    for (long i = 0; i < n && given.get() < count && !isCancelled; i++) {
                        subscriber.onNext(ByteBuffer.allocate(size).putLong(0, given.getAndIncrement()));
                        if (given.get() == count) {
                            subscriber.onComplete();
                        }
                    }
                }

                @Override
                public void cancel() {
                    isCancelled = true;
                }
            });
        }
    }

    /** Fails on the second read. */
    private static final class BadStream extends InputStream {
        private int reads;

        @Override
        public int read() throws IOException {
            throw new IOException("never");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (reads++ > 0) {
                throw new IOException("on purpose");
            }
            return 10;
        }
    }
}
