package io.sommelier.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Responder;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streamed replies, of workers to routes and of routes to callers. The heap of this test is smaller than what it streams. */
@Timeout(60)
class StreamTest {
    private static final String COUNT = "sommelier:cellar?operation=count&stream=true";
    private static final int PIECE_BYTES = 64 << 10;
    private static final long MUCH_BYTES = 512L << 20;

    private final World world = new World();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    /** Takes bytes as they come, or as the test asks. */
    private static final class Reader implements Flow.Subscriber<ByteBuffer> {
        final List<String> texts = new CopyOnWriteArrayList<>();
        final AtomicLong bytes = new AtomicLong();
        final CompletableFuture<Void> end = new CompletableFuture<>();
        private final boolean isGreedy;
        private final boolean keepsTexts;
        volatile Flow.Subscription subscription;

        Reader(boolean isGreedy, boolean keepsTexts) {
            this.isGreedy = isGreedy;
            this.keepsTexts = keepsTexts;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (isGreedy) {
                given.request(1);
            }
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            bytes.addAndGet(buffer.remaining());
            if (keepsTexts) {
                texts.add(StandardCharsets.UTF_8.decode(buffer).toString());
            }
            if (isGreedy) {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            end.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }
    }

    @SuppressWarnings("unchecked")
    private static Reader read(Exchange exchange, Reader reader) {
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isInstanceOf(Flow.Publisher.class);
        ((Flow.Publisher<ByteBuffer>) exchange.getMessage().getBody()).subscribe(reader);
        return reader;
    }

    private static CommandException failure(Reader reader) throws Exception {
        try {
            reader.end.get(20, TimeUnit.SECONDS);
            throw new AssertionError("it completed");
        } catch (java.util.concurrent.ExecutionException e) {
            return (CommandException) e.getCause();
        }
    }

    private Exchange request(String uri) {
        return world.template.request(uri, exchange -> {});
    }

    @Test
    void theExchangeGoesOnAtTheFirstPartAndTheRestIsItsBody() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("count", handler);
        CompletableFuture<Exchange> answer = world.ask(COUNT, exchange -> {});
        Responder responder = handler.await(1);
        responder.accept(Part.accepted()
                .contentType("application/x-ndjson")
                .headers(Headers.of("table", "4"))
                .suggestedStatus(206)
                .build());
        assertThat(answer).isNotDone();

        responder.data(Payload.ofText("1"));

        Exchange exchange = answer.get(20, TimeUnit.SECONDS);
        assertThat(exchange.getMessage().getHeader("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(exchange.getMessage().getHeader("table")).isEqualTo("4");
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_STATUS))
                .isEqualTo(206);
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_PARTS))
                .isNull();
        Reader reader = read(exchange, new Reader(true, true));
        responder.data(Payload.ofText("2"));
        responder.complete(Payload.ofText("end"));
        reader.end.get(20, TimeUnit.SECONDS);
        assertThat(reader.texts).containsExactly("1", "2", "end");
    }

    @Test
    void aSingleAnswerIsNoStream() {
        world.serve("count", (invocation, responder) -> {
            responder.accept(Part.accepted().contentType("text/plain").build());
            responder.complete(Payload.ofText("one"));
        });

        Exchange exchange = request(COUNT);

        assertThat(exchange.getMessage().getBody()).isEqualTo("one".getBytes(StandardCharsets.UTF_8));
        assertThat(exchange.getMessage().getHeader("Content-Type")).isEqualTo("text/plain");
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_PARTS))
                .isEqualTo(0L);
    }

    @Test
    void aFailureBeforeTheFirstPartIsTheExceptionOfTheExchange() {
        world.serve("count", (invocation, responder) -> {
            responder.accept(Part.accepted().build());
            responder.fail("no numbers");
        });

        assertThat(request(COUNT).getException())
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failed -> assertThat(failed.error()).returns("no numbers", CommandError::message));
    }

    @Test
    void aFailureAfterItIsTheErrorOfTheBody() throws Exception {
        world.serve("count", (invocation, responder) -> {
            responder.data(Payload.ofText("1"));
            responder.fail("no more numbers");
        });

        Reader reader = read(request(COUNT), new Reader(true, true));

        assertThat(failure(reader).error().message()).isEqualTo("no more numbers");
        assertThat(reader.texts).containsExactly("1");
    }

    @Test
    void aReaderThatTakesNothingStopsTheWorker() throws Exception {
        AtomicLong sent = new AtomicLong();
        world.serve("count", counted(sent, MUCH_BYTES));

        Reader reader = read(request(COUNT), new Reader(false, false));
        await().until(() -> sent.get() >= CommandSender.INITIAL_CREDIT_BYTES);
        reader.subscription.request(16);

        await().until(() -> reader.bytes.get() == 16 * PIECE_BYTES);
        assertThat(sent.get())
                .isLessThanOrEqualTo(reader.bytes.get() + CommandSender.INITIAL_CREDIT_BYTES + 2 * PIECE_BYTES);
        reader.subscription.cancel();
    }

    private static CommandHandler counted(AtomicLong sent, long bytes) {
        Payload piece = Payload.copyOf(new byte[PIECE_BYTES]);
        return CommandHandler.iterating(invocation -> IntStream.range(0, (int) (bytes / PIECE_BYTES))
                .mapToObj(i -> {
                    sent.addAndGet(PIECE_BYTES);
                    return piece;
                })
                .iterator());
    }

    @Test
    void moreThanTheHeapGoesThrough() throws Exception {
        world.serve(
                "count",
                CommandHandler.iterating(invocation -> IntStream.range(0, (int) (MUCH_BYTES / PIECE_BYTES))
                        .mapToObj(i -> Payload.copyOf(new byte[PIECE_BYTES]))
                        .iterator()));

        Reader reader = read(request(COUNT + "&ttl=50s"), new Reader(true, false));

        reader.end.get(50, TimeUnit.SECONDS);
        assertThat(reader.bytes).hasValue(MUCH_BYTES);
    }

    @Test
    void aReaderThatCancelsCancelsTheCommand() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("count", handler);
        CompletableFuture<Exchange> answer = world.ask(COUNT, exchange -> {});
        handler.await(1).data(Payload.ofText("1"));
        Reader reader = read(answer.get(20, TimeUnit.SECONDS), new Reader(true, true));

        reader.subscription.cancel();

        handler.awaitCancel();
        assertThat(reader.end).isNotDone();
    }

    @Test
    void whenNobodyWaitsTheStreamEnds() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("count", handler);
        CompletableFuture<Void> gone = new CompletableFuture<>();
        CompletableFuture<Exchange> answer =
                world.ask(COUNT, exchange -> exchange.setProperty(SommelierHeaders.GONE, gone));
        handler.await(1).data(Payload.ofText("1"));
        Reader reader = read(answer.get(20, TimeUnit.SECONDS), new Reader(true, true));

        gone.complete(null);

        handler.awaitCancel();
        assertThat(failure(reader).error().code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aRouteThatFailsAfterTheFirstPartCancels() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("count", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:in").to(COUNT).throwException(new IllegalStateException("later"));
            }
        });
        CompletableFuture<Exchange> answer = world.ask("direct:in", exchange -> {});

        handler.await(1).data(Payload.ofText("1"));

        assertThat(answer.get(20, TimeUnit.SECONDS).getException()).hasMessage("later");
        handler.awaitCancel();
    }

    @Test
    void aRouteThatStopsLeavesAStreamToItsReaderAndCancelsOneThatHasNone() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("count", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").routeId("in").to(COUNT);
            }
        });
        CompletableFuture<Exchange> read =
                world.ask("direct:in", exchange -> exchange.getMessage().setBody("read"));
        handler.await(1).data(Payload.ofText("1"));
        Reader reader = read(read.get(20, TimeUnit.SECONDS), new Reader(true, true));
        CompletableFuture<Exchange> unread =
                world.ask("direct:in", exchange -> exchange.getMessage().setBody("unread"));
        handler.await(2).data(Payload.ofText("1"));
        unread.get(20, TimeUnit.SECONDS);

        world.context.getRouteController().stopRoute("in", 1, TimeUnit.SECONDS);

        handler.awaitCancel();
        assertThat(handler.cancelled).hasSize(1);
        assertThat(handler.cancelled.get(0).payload().asText()).isEqualTo("unread");
        handler.responders.get(0).complete(Payload.ofText("2"));
        reader.end.get(20, TimeUnit.SECONDS);
        assertThat(reader.texts).containsExactly("1", "2");
    }

    // Routes that answer with a stream.

    private void route(Object body) throws Exception {
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("sommelier:kitchen?operation=cook")
                        .setHeader("Content-Type", constant("text/plain"))
                        .process(exchange -> exchange.getMessage().setBody(body));
            }
        });
        world.awaitMembers(1);
    }

    @Test
    void aPublisherIsStreamedWhateverItsElementsAre() throws Exception {
        List<Object> elements = List.of(
                "a",
                "b".getBytes(StandardCharsets.UTF_8),
                ByteBuffer.wrap("c".getBytes(StandardCharsets.UTF_8)),
                Payload.ofText("d"));
        route((Flow.Publisher<Object>) subscriber -> subscriber.onSubscribe(new Elements(subscriber, elements)));

        Exchange exchange = request("sommelier:kitchen?operation=cook&stream=true");

        assertThat(exchange.getMessage().getHeader("Content-Type")).isEqualTo("text/plain");
        Reader reader = read(exchange, new Reader(true, true));
        reader.end.get(20, TimeUnit.SECONDS);
        assertThat(reader.texts).containsExactly("a", "b", "c", "d");
    }

    private static final class Elements implements Flow.Subscription {
        private final Flow.Subscriber<? super Object> to;
        private final ConcurrentLinkedQueue<Object> left;

        Elements(Flow.Subscriber<? super Object> to, List<Object> elements) {
            this.to = to;
            left = new ConcurrentLinkedQueue<>(elements);
        }

        @Override
        public void request(long elements) {
            Object next = left.poll();
            if (next != null) {
                to.onNext(next);
            } else {
                to.onComplete();
            }
        }

        @Override
        public void cancel() {
            left.clear();
        }
    }

    @Test
    void anElementThatIsNoneFailsTheCommand() throws Exception {
        route((Flow.Publisher<Object>)
                subscriber -> subscriber.onSubscribe(new Elements(subscriber, List.of("a", new Object(), "c"))));

        Reader reader = read(request("sommelier:kitchen?operation=cook&stream=true"), new Reader(true, true));

        assertThat(failure(reader).error().message()).contains("java.lang.Object");
        assertThat(reader.texts).containsExactly("a");
    }

    @Test
    void aPublisherOfARouteIsAskedForNoMoreThanTheCallerTakes() throws Exception {
        AtomicLong given = new AtomicLong();
        AtomicBoolean cancelled = new AtomicBoolean();
        route((Flow.Publisher<byte[]>) subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long elements) {
                for (long i = 0; i < elements; i++) {
                    given.incrementAndGet();
                    CompletableFuture.runAsync(() -> subscriber.onNext(new byte[PIECE_BYTES]));
                }
            }

            @Override
            public void cancel() {
                cancelled.set(true);
            }
        }));

        Reader reader = read(request("sommelier:kitchen?operation=cook&stream=true"), new Reader(false, false));
        await().until(() -> given.get() * PIECE_BYTES >= CommandSender.INITIAL_CREDIT_BYTES);
        reader.subscription.request(8);
        await().until(() -> reader.bytes.get() == 8 * PIECE_BYTES);

        await().during(Duration.ofMillis(100))
                .until(() -> given.get() * PIECE_BYTES
                        <= reader.bytes.get() + CommandSender.INITIAL_CREDIT_BYTES + 3 * PIECE_BYTES);
        assertThat(cancelled).isFalse();
        reader.subscription.cancel();
        await().untilTrue(cancelled);
    }

    @Test
    void anInputStreamLargerThanTheHeapGoesThrough() throws Exception {
        AtomicLong left = new AtomicLong(MUCH_BYTES);
        route(new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("one byte at a time");
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                long now = left.get();
                if (now == 0) {
                    return -1;
                }
                int read = (int) Math.min(length, now);
                left.addAndGet(-read);
                return read;
            }
        });

        Reader reader = read(request("sommelier:kitchen?operation=cook&stream=true&ttl=50s"), new Reader(true, false));

        reader.end.get(50, TimeUnit.SECONDS);
        assertThat(reader.bytes).hasValue(MUCH_BYTES);
    }

    @Test
    void aStreamGoesFromCommandToCommandWithoutBeingGathered() throws Exception {
        world.serve(
                "count",
                CommandHandler.iterating(invocation -> IntStream.range(0, (int) (MUCH_BYTES / PIECE_BYTES))
                        .mapToObj(i -> Payload.copyOf(new byte[PIECE_BYTES]))
                        .iterator()));
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sommelier:kitchen?operation=cook").to(COUNT);
            }
        });
        world.awaitMembers(2);

        Reader reader = read(request("sommelier:kitchen?operation=cook&stream=true&ttl=50s"), new Reader(true, false));

        reader.end.get(50, TimeUnit.SECONDS);
        assertThat(reader.bytes).hasValue(MUCH_BYTES);
    }

    @Test
    void aPublisherOfTheJdkIsFine() throws Exception {
        SubmissionPublisher<String> publisher = new SubmissionPublisher<>();
        route(publisher);
        CompletableFuture<Exchange> answer = world.ask("sommelier:kitchen?operation=cook&stream=true", exchange -> {});
        await().until(publisher::hasSubscribers);
        IntStream.range(0, 1000).forEach(i -> publisher.submit("" + i));
        publisher.close();

        Reader reader = read(answer.get(20, TimeUnit.SECONDS), new Reader(true, true));

        reader.end.get(20, TimeUnit.SECONDS);
        assertThat(reader.texts).hasSize(1000).startsWith("0", "1").endsWith("999");
    }
}
