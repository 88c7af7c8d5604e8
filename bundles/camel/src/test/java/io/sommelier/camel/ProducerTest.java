package io.sommelier.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.transport.embedded.MemberSpec;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes that send commands, with a real controller. */
@Timeout(60)
class ProducerTest {
    private static final String POUR = "sommelier:cellar?operation=pour";

    private final World world = new World();
    private final AtomicReference<Invocation> seen = new AtomicReference<>();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private void serveEcho() {
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(invocation.payload());
        });
    }

    private Exchange request(String uri, Processor processor) {
        return world.template.request(uri, processor);
    }

    private Exchange request(String uri, Object body, Map<String, Object> headers) {
        return request(uri, exchange -> {
            exchange.getMessage().setBody(body);
            headers.forEach(exchange.getMessage()::setHeader);
        });
    }

    private static CommandError errorOf(Exchange exchange) {
        assertThat(exchange.getException()).isInstanceOf(CommandException.class);
        return ((CommandException) exchange.getException()).error();
    }

    private static Exchange ended(CompletableFuture<Exchange> exchange) throws Exception {
        return exchange.get(20, TimeUnit.SECONDS);
    }

    @Test
    void bodyHeadersAndContentTypeGoAndTheReplysComeBack() {
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(Part.complete(Payload.ofText("poured"))
                    .contentType("text/plain")
                    .headers(Headers.builder()
                            .add("vintage", "1996")
                            .add("note", "oak")
                            .add("note", "plum")
                            .build())
                    .suggestedStatus(201)
                    .build());
        });

        Exchange exchange =
                request(POUR, "claret", Map.of("Content-Type", "text/wine", "X-Table", 4, "List", List.of("a", "b")));

        Headers sent = seen.get().command().headers();
        assertThat(seen.get().payload().asText()).isEqualTo("claret");
        assertThat(seen.get().command().contentType()).isEqualTo("text/wine");
        assertThat(sent.first("x-table")).contains("4");
        assertThat(sent.all())
                .filteredOn(header -> header.name().equals("list"))
                .hasSize(2);
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isInstanceOf(byte[].class);
        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("poured");
        assertThat(exchange.getMessage().getHeader("Content-Type")).isEqualTo("text/plain");
        assertThat(exchange.getMessage().getHeader("vintage")).isEqualTo("1996");
        assertThat(exchange.getMessage().getHeader("note")).isEqualTo(List.of("oak", "plum"));
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_STATUS))
                .isEqualTo(201);
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_PARTS))
                .isEqualTo(0L);
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_COMMAND_ID))
                .isEqualTo(seen.get().command().id().toString());
    }

    @Test
    void theContentTypeOfTheRequestIsNotTakenForTheReplys() {
        serveEcho();

        Exchange exchange = request(POUR, "claret", Map.of("Content-Type", "text/wine"));

        assertThat(exchange.getMessage().getHeader("Content-Type")).isNull();
    }

    @Test
    void everyKindOfBodyBecomesItsBytes(@TempDir Path directory) throws Exception {
        serveEcho();
        Path file = Files.writeString(directory.resolve("order"), "Pétrus");

        for (Object body : new Object[] {
            "Pétrus",
            "Pétrus".getBytes(StandardCharsets.UTF_8),
            ByteBuffer.wrap("Pétrus".getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer(),
            Payload.ofText("Pétrus"),
            new ByteArrayInputStream("Pétrus".getBytes(StandardCharsets.UTF_8)),
            Files.newInputStream(file),
            file.toFile(),
            file
        }) {
            Exchange exchange = request(POUR, body, Map.of());
            assertThat(exchange.getException()).as("%s", body.getClass()).isNull();
            assertThat(seen.get().payload().asText()).as("%s", body.getClass()).isEqualTo("Pétrus");
        }
        assertThat(request(POUR, null, Map.of()).getException()).isNull();
        assertThat(seen.get().payload().isEmpty()).isTrue();
    }

    @Test
    void aTextIsSentInTheCharsetOfItsType() {
        serveEcho();

        request(POUR, "é", Map.of("Content-Type", "text/plain; charset=\"iso-8859-1\"; x=y"));

        assertThat(seen.get().payload().toBytes()).containsExactly(0xe9);
    }

    @Test
    void aBufferIsReadWithoutMovingIt() {
        serveEcho();
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3}).position(1);

        request(POUR, buffer, Map.of());

        assertThat(seen.get().payload().toBytes()).containsExactly(2, 3);
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void aStreamThatTheRouteCachesIsSentAndCanBeReadAgain() throws Exception {
        serveEcho();
        world.context.setStreamCaching(true);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").setProperty("before", body()).to(POUR);
            }
        });

        Exchange exchange = request("direct:in", new ByteArrayInputStream(new byte[] {7, 8}), Map.of());

        assertThat(seen.get().payload().toBytes()).containsExactly(7, 8);
        assertThat(exchange.getProperty("before", InputStream.class)).hasBinaryContent(new byte[] {7, 8});
    }

    @Test
    void aBodyThatCannotBeMadeBytesIsRefusedAndNamed() {
        serveEcho();

        Exchange exchange = request(POUR, new Object(), Map.of());

        assertThat(errorOf(exchange).code()).isEqualTo(ErrorCode.INVALID_COMMAND);
        assertThat(errorOf(exchange).message()).contains("java.lang.Object");
        assertThat(seen.get()).isNull();
    }

    @Test
    void aBodyAboveTheLimitIsRefusedWhateverItIs() {
        serveEcho();
        String uri = POUR + "&maxBodyBytes=3";

        for (Object body :
                new Object[] {"four", new byte[4], ByteBuffer.allocate(4), Payload.ofText("four"), new Endless()}) {
            Exchange exchange = request(uri, body, Map.of());
            assertThat(errorOf(exchange).code()).as("%s", body.getClass()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        }
        assertThat(request(uri, "123", Map.of()).getException()).isNull();
    }

    private static final class Endless extends InputStream {
        @Override
        public int read() {
            return 'x';
        }
    }

    @Test
    void headersSayWhatTheEndpointDoesNot() {
        HandHandler handler = new HandHandler();
        world.serve("taste", handler);
        CommandId id = CommandId.random();
        String instance =
                world.controller.admin().targets().get(0).members().get(0).instance();
        CompletableFuture<Exchange> answer = world.template.asyncSend("sommelier:*", exchange -> {
            exchange.setPattern(ExchangePattern.InOut);
            exchange.getMessage()
                    .setHeaders(new java.util.HashMap<>(Map.of(
                            SommelierHeaders.TARGET,
                            "cellar",
                            SommelierHeaders.OPERATION,
                            "taste",
                            SommelierHeaders.INSTANCE,
                            instance,
                            SommelierHeaders.TTL,
                            "7s",
                            SommelierHeaders.IDEMPOTENT,
                            "true",
                            SommelierHeaders.IDEMPOTENCY_KEY,
                            "key-1",
                            SommelierHeaders.COMMAND_ID,
                            id.toString(),
                            "traceparent",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));
        });

        handler.await(1).complete(Payload.empty());

        Invocation invocation = handler.invocations.get(0);
        assertThat(invocation.command().operation()).isEqualTo("taste");
        assertThat(invocation.command().target().instance()).isEqualTo(instance);
        assertThat(invocation.command().ttl()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(7));
        assertThat(invocation.command().idempotent()).isTrue();
        assertThat(invocation.command().idempotencyKey()).isEqualTo("key-1");
        assertThat(invocation.command().id()).isEqualTo(id);
        assertThat(invocation.command().traceparent()).startsWith("00-0af7651916cd43dd8448eb211c80319c");
        assertThat(invocation.command().headers().isEmpty()).isTrue();
        assertThat(answer)
                .succeedsWithin(Duration.ofSeconds(20))
                .satisfies(exchange -> assertThat(exchange.getMessage().getHeaders())
                        .doesNotContainKeys(
                                SommelierHeaders.TARGET,
                                SommelierHeaders.OPERATION,
                                SommelierHeaders.TTL,
                                SommelierHeaders.COMMAND_ID));
    }

    @Test
    void headersOfCamelOfJmsOfOneConnectionAndCredentialsStay() {
        serveEcho();

        request(
                POUR,
                "x",
                Map.of(
                        "CamelHttpMethod", "POST",
                        "JMSReplyTo", "q",
                        "Connection", "close",
                        "Transfer-Encoding", "chunked",
                        "Authorization", "Bearer secret",
                        "cookie", "s=1",
                        "two words", "no",
                        "X-Object", new Object(),
                        "X-Kept", "yes"));

        assertThat(seen.get().command().headers().all())
                .extracting(Headers.Header::name)
                .containsExactly("x-kept");
    }

    @Test
    void aReplyCannotSetHeadersOfCamel() {
        world.serve(
                "pour",
                (invocation, responder) -> responder.complete(Part.complete(Payload.empty())
                        .headers(Headers.builder()
                                .add("camelfilename", "/etc/passwd")
                                .add("camelsommeliertarget", "elsewhere")
                                .add("content-type", "x/y")
                                .add("fine", "yes")
                                .build())
                        .build()));

        Exchange exchange = request(POUR, "x", Map.of());

        assertThat(exchange.getMessage().getHeaders())
                .containsKey("fine")
                .doesNotContainKeys("CamelFileName", SommelierHeaders.TARGET, "Content-Type");
    }

    @Test
    void badHeaderValuesAreRefusedAndNamed() {
        serveEcho();

        assertThat(errorOf(request(POUR, "x", Map.of(SommelierHeaders.TTL, "soon"))))
                .returns(ErrorCode.INVALID_COMMAND, CommandError::code)
                .returns(Outcome.REFUSED, CommandError::outcome)
                .returns(Stage.INGRESS, CommandError::stage)
                .extracting(CommandError::message)
                .asString()
                .contains("CamelSommelierTtl = soon", "250ms");
        assertThat(errorOf(request(POUR, "x", Map.of(SommelierHeaders.DURABLE, "maybe")))
                        .message())
                .contains("CamelSommelierDurable = maybe", "true or false");
        assertThat(errorOf(request(POUR, "x", Map.of(SommelierHeaders.COMMAND_ID, "7")))
                        .message())
                .contains("CamelSommelierCommandId = 7");
        assertThat(errorOf(request(POUR, "x", Map.of(SommelierHeaders.TARGET, "..")))
                        .message())
                .contains("targetId");
        assertThat(errorOf(request(POUR, "x", Map.of("Content-Type", "é"))).message())
                .contains("contentType");
        assertThat(errorOf(request(POUR, "x", Map.of("Content-Type", "a/b; charset=none")))
                        .message())
                .contains("charset");
        assertThat(errorOf(request("sommelier:cellar", "x", Map.of())).message())
                .contains("operation");
        assertThat(errorOf(request(POUR, "x", Map.of("X-Long", "y".repeat(70_000))))
                        .code())
                .isEqualTo(ErrorCode.HEADERS_TOO_LARGE);
        assertThat(seen.get()).isNull();
    }

    @Test
    void aTraceContextThatIsNoneIsLeftOut() {
        serveEcho();

        Exchange exchange = request(POUR, "x", Map.of("traceparent", "ä"));

        assertThat(exchange.getException()).isNull();
        assertThat(seen.get().command().traceparent()).isEmpty();
    }

    @Test
    void aCommandThatFailsIsTheExceptionOfTheExchange() {
        world.serve(
                "pour",
                (invocation, responder) -> responder.fail(Part.failed(CommandError.executed("corked"))
                        .payload(Payload.ofText("why"))
                        .build()));

        Exchange exchange = request(POUR, "x", Map.of(SommelierHeaders.TTL, "9s"));

        assertThat(errorOf(exchange))
                .returns(ErrorCode.HANDLER_FAILED, CommandError::code)
                .returns(Outcome.EXECUTED, CommandError::outcome)
                .returns("corked", CommandError::message);
        assertThat(((CommandException) exchange.getException())
                        .part()
                        .orElseThrow()
                        .payload()
                        .asText())
                .isEqualTo("why");
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.TTL))
                .as("what the message said, for whoever sends it again")
                .isEqualTo("9s");
    }

    @Test
    void aRouteMayHandleTheFailureByItsCode() throws Exception {
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(CommandException.class)
                        .onWhen(simple("${exception.error.code} == 'UNKNOWN_OPERATION'"))
                        .handled(true)
                        .setBody(simple("${exception.error.outcome}"));
                from("direct:in").to("sommelier:cellar?operation=dance");
            }
        });
        serveEcho();

        assertThat(request("direct:in", "x", Map.of()).getMessage().getBody(String.class))
                .isEqualTo("NOT_SENT");
    }

    @Test
    void anUnknownTargetFailsAtOnce() {
        Exchange exchange = request("sommelier:attic?operation=pour", "x", Map.of());

        assertThat(errorOf(exchange).code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
    }

    @Test
    void anExchangeWaitsForNoThreadWhileItsCommandIsUnderWay() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);
        AtomicReference<Thread> wentOn = new AtomicReference<>();
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").to(POUR).process(exchange -> wentOn.set(Thread.currentThread()));
            }
        });

        CompletableFuture<Exchange> answer = world.ask("direct:in", exchange -> {});
        handler.await(1);
        assertThat(answer).isNotDone();
        Thread answering = Thread.currentThread();
        handler.responders.get(0).complete(Payload.ofText("x"));

        assertThat(ended(answer).getException()).isNull();
        assertThat(wentOn.get())
                .isNotSameAs(answering)
                .extracting(Thread::getName)
                .asString()
                .contains("sommelier");
    }

    private SommelierProducer producer(String uri) throws Exception {
        SommelierProducer producer =
                (SommelierProducer) world.context.getEndpoint(uri).createProducer();
        producer.start();
        return producer;
    }

    @Test
    void aDirectEndpointGoesOnOnTheThreadThatAnswers() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);
        SommelierProducer producer = producer(POUR + "&direct=true");
        CompletableFuture<Thread> wentOn = new CompletableFuture<>();

        assertThat(producer.process(
                        producer.getEndpoint().createExchange(), isSync -> wentOn.complete(Thread.currentThread())))
                .isFalse();
        assertThat(producer.underWay()).isEqualTo(1);
        handler.await(1).complete(Payload.ofText("x"));

        assertThat(wentOn.get(20, TimeUnit.SECONDS)).isSameAs(Thread.currentThread());
        assertThat(producer.underWay()).isZero();
    }

    @Test
    void anAnswerThatIsThereAtOnceIsGoneOnWithByTheOneWhoSent() throws Exception {
        world.transport.register(MemberSpec.of("direct", "cellar")
                .direct("pour", CommandHandler.answering(Invocation::payload))
                .build());
        world.awaitMember();
        SommelierProducer producer = producer(POUR);
        CompletableFuture<Boolean> done = new CompletableFuture<>();

        assertThat(producer.process(producer.getEndpoint().createExchange(), done::complete))
                .isTrue();

        assertThat(done).isCompletedWithValue(true);
    }

    @Test
    void aBodyThatBlocksDoesNotBlockTheOneWhoSends() throws Exception {
        serveEcho();
        PipedOutputStream out = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(out);
        SommelierProducer producer = producer(POUR + "&direct=true");
        Exchange exchange = producer.getEndpoint().createExchange();
        exchange.getMessage().setBody(in);
        CompletableFuture<Boolean> done = new CompletableFuture<>();

        assertThat(producer.process(exchange, done::complete)).isFalse();
        assertThat(done).isNotDone();
        out.write("late".getBytes(StandardCharsets.UTF_8));
        out.close();

        assertThat(done.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("late");
    }

    @Test
    void oneCommandMoreThanMayBeUnderWayIsRefusedAtOnce() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);
        SommelierComponent small = new SommelierComponent(world.sender);
        small.setMaxInFlight(1);
        world.context.addComponent("small", small);
        small.start();
        CompletableFuture<Exchange> first = world.ask("small:cellar?operation=pour", exchange -> {});
        handler.await(1);

        Exchange second = request("small:cellar?operation=pour", "x", Map.of());
        assertThat(errorOf(second))
                .returns(ErrorCode.OVERLOADED, CommandError::code)
                .returns(Outcome.NOT_SENT, CommandError::outcome)
                .returns(true, CommandError::retryable);

        handler.responders.get(0).complete(Payload.empty());
        assertThat(ended(first).getException()).isNull();
        CompletableFuture<Exchange> third = world.ask("small:cellar?operation=pour", exchange -> {});
        handler.await(2).complete(Payload.empty());
        assertThat(ended(third).getException()).isNull();
    }

    @Test
    void exchangesThatSendAgainAndWaitDoNotStarveEachOther() throws Exception {
        world.serve("pour", CommandHandler.answering(Invocation::payload));
        world.component.stop();
        world.component.setMaxInFlight(16);
        world.component.start();
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .to(POUR)
                        .process(exchange -> exchange.getMessage()
                                .setBody(world.template.requestBody(POUR, "second", String.class)));
            }
        });

        List<CompletableFuture<Exchange>> all = new java.util.ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(world.ask("direct:in", exchange -> {}));
        }

        for (CompletableFuture<Exchange> one : all) {
            assertThat(ended(one).getMessage().getBody(String.class)).isEqualTo("second");
        }
    }

    @Test
    void oneWayGoesOnWhenTheCommandWasSent() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);

        Exchange exchange = world.template.send(
                POUR, ExchangePattern.InOnly, sent -> sent.getMessage().setBody("x"));

        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isEqualTo("x");
        handler.await(1);
        assertThat(exchange.getMessage().getHeader(SommelierHeaders.REPLY_COMMAND_ID))
                .isEqualTo(handler.invocations.get(0).command().id().toString());
        Call call = exchange.getProperty(SommelierHeaders.CALL, Call.class);
        assertThat(call.result().toCompletableFuture()).isNotDone();
        handler.responders.get(0).complete(Payload.empty());
        assertThat(call.result().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void oneWayTakesAReplyOfManyPartsAwayWithoutKeepingIt() throws Exception {
        int parts = 1000;
        world.serve(
                "pour",
                CommandHandler.iterating(invocation -> java.util.stream.IntStream.range(0, parts)
                        .mapToObj(i -> Payload.copyOf(new byte[64 << 10]))
                        .iterator()));

        Exchange exchange = world.template.send(POUR, ExchangePattern.InOnly, sent -> {});

        Call call = exchange.getProperty(SommelierHeaders.CALL, Call.class);
        assertThat(call.result().toCompletableFuture())
                .succeedsWithin(Duration.ofSeconds(20))
                .satisfies(reply -> assertThat(reply.terminal().finalCount()).isEqualTo(parts));
    }

    @Test
    void oneWayFailsWhenTheCommandFailsAtOnce() {
        Exchange exchange = world.template.send("sommelier:attic?operation=pour", ExchangePattern.InOnly, sent -> {});

        assertThat(errorOf(exchange).code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
    }

    @Test
    void whenNobodyWaitsForTheAnswerTheCommandIsCancelled() throws Exception {
        for (String property : List.of(SommelierHeaders.GONE, SommelierHeaders.HTTP_GONE)) {
            HandHandler handler = new HandHandler();
            var member = world.serve("pour", handler);
            CompletableFuture<Void> gone = new CompletableFuture<>();
            CompletableFuture<Exchange> answer =
                    world.ask(POUR, exchange -> exchange.setProperty(property, gone.minimalCompletionStage()));
            handler.await(1);

            gone.complete(null);

            handler.awaitCancel();
            assertThat(errorOf(ended(answer)).code()).isEqualTo(ErrorCode.CANCELLED);
            member.close(Duration.ZERO);
        }
    }

    @Test
    void aRouteThatStopsCancelsWhatItHasUnderWayAndNothingElse() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:one").routeId("one").to(POUR);
                from("direct:other").routeId("other").to(POUR);
            }
        });
        CompletableFuture<Exchange> one =
                world.ask("direct:one", exchange -> exchange.getMessage().setBody("one"));
        handler.await(1);
        CompletableFuture<Exchange> other =
                world.ask("direct:other", exchange -> exchange.getMessage().setBody("other"));
        handler.await(2);

        world.context.getRouteController().stopRoute("one", 1, TimeUnit.SECONDS);

        assertThat(errorOf(ended(one))).returns(ErrorCode.CANCELLED, CommandError::code);
        handler.awaitCancel();
        assertThat(handler.cancelled.get(0).payload().asText()).isEqualTo("one");
        assertThat(other).isNotDone();
        handler.responders.get(1).complete(Payload.ofText("fine"));
        assertThat(ended(other).getMessage().getBody(String.class)).isEqualTo("fine");
    }

    @Test
    void aProducerThatLeavesItsCacheLeavesItsCommandsAlone() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in").toD().cacheSize(1).uri(POUR + "&ttl=${body}");
            }
        });
        CompletableFuture<Exchange> first =
                world.ask("direct:in", exchange -> exchange.getMessage().setBody("20s"));
        handler.await(1);
        for (int i = 21; i < 26; i++) {
            int seconds = i;
            world.ask("direct:in", exchange -> exchange.getMessage().setBody(seconds + "s"));
        }
        handler.await(6);

        assertThat(handler.cancelled).isEmpty();
        assertThat(first).isNotDone();
    }

    @Test
    void whatTheStopOfTheContextFindsUnderWayIsCancelled() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("pour", handler);
        CompletableFuture<Exchange> answer = world.ask(POUR, exchange -> {});
        handler.await(1);

        world.context.stop();

        handler.awaitCancel();
        assertThat(errorOf(ended(answer)).code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void aMessageThatWasRefusedCanBeSentAgainAsItIs() throws Exception {
        AtomicReference<Integer> attempts = new AtomicReference<>(0);
        world.serve("pour", (invocation, responder) -> {
            seen.set(invocation);
            if (attempts.updateAndGet(before -> before + 1) < 3) {
                responder.fail("not yet");
            } else {
                responder.complete(invocation.payload());
            }
        });
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().maximumRedeliveries(5).redeliveryDelay(1));
                from("direct:in").to("sommelier:*?ttl=5s");
            }
        });

        Exchange exchange = request(
                "direct:in", "again", Map.of(SommelierHeaders.TARGET, "cellar", SommelierHeaders.OPERATION, "pour"));

        assertThat(exchange.getException()).isNull();
        assertThat(attempts).hasValue(3);
        assertThat(exchange.getMessage().getBody(String.class)).isEqualTo("again");
    }
}
