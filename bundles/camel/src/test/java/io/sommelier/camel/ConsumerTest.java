package io.sommelier.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Routes that serve commands, with a real controller. */
@Timeout(60)
class ConsumerTest {
    private static final String POUR = "sommelier:cellar?operation=pour";

    private final World world = new World();
    private final AtomicReference<Exchange> seen = new AtomicReference<>();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private void route(String from, Processor processor) throws Exception {
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(from).routeId("served").process(seen::set).process(processor);
            }
        });
        world.awaitMember();
    }

    private static Command.Builder pour() {
        return Command.to("cellar", "pour").ttl(Duration.ofSeconds(20));
    }

    private Call send(Command.Builder command) {
        return world.sender.send(command.build());
    }

    private Reply reply(Command.Builder command) throws Exception {
        return send(command).result().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private CommandException failure(Command.Builder command) throws Exception {
        try {
            Reply reply = reply(command);
            throw new AssertionError("it completed: " + reply);
        } catch (ExecutionException e) {
            return (CommandException) e.getCause();
        }
    }

    @Test
    void theCommandIsTheMessageAndTheMessageTheReply() throws Exception {
        route(POUR, exchange -> {
            exchange.getMessage().setBody(exchange.getMessage().getBody(String.class) + ", poured");
            exchange.getMessage().setHeader("Content-Type", "text/wine");
            exchange.getMessage().setHeader("Vintage", 1996);
            exchange.getMessage().setHeader(SommelierHeaders.REPLY_STATUS, 201);
        });
        Command.Builder command = pour().payload(Payload.ofText("claret"))
                .contentType("text/plain")
                .traceparent("00-1-2-01")
                .headers(Headers.builder()
                        .add("x-table", "4")
                        .add("camelhttpmethod", "DELETE")
                        .build());

        Reply reply = reply(command);

        Exchange exchange = seen.get();
        assertThat(exchange.getIn().getHeader("X-Table")).isEqualTo("4");
        assertThat(exchange.getIn().getHeader("traceparent")).isEqualTo("00-1-2-01");
        assertThat(exchange.getIn().getHeader("CamelHttpMethod")).isNull();
        assertThat(exchange.getIn().getHeaders())
                .containsEntry(SommelierHeaders.RECEIVED_TARGET, "cellar")
                .containsEntry(SommelierHeaders.RECEIVED_OPERATION, "pour")
                .containsEntry(SommelierHeaders.RECEIVED_SOURCE, "camel")
                .containsEntry(SommelierHeaders.RECEIVED_PRINCIPAL, "")
                .containsEntry(SommelierHeaders.RECEIVED_ATTEMPT, 1);
        assertThat(reply.payload().asText()).isEqualTo("claret, poured");
        assertThat(reply.contentType()).isEqualTo("text/wine");
        assertThat(reply.terminal().suggestedStatus()).isEqualTo(201);
        assertThat(reply.terminal().headers().all())
                .as("what came with the command does not go back")
                .containsExactly(new Headers.Header("vintage", "1996"));
    }

    @Test
    void aContentTypeThatSaidSomethingOfTheCommandSaysNothingOfAnotherBody() throws Exception {
        route(POUR, exchange -> exchange.getMessage().setBody("other"));
        assertThat(reply(pour().contentType("text/wine")).contentType()).isEmpty();
    }

    @Test
    void aRouteThatChangesNothingEchoes() throws Exception {
        route(POUR, exchange -> {});

        Reply reply = reply(pour().payload(Payload.ofText("x")).contentType("text/wine"));

        assertThat(reply.payload().asText()).isEqualTo("x");
        assertThat(reply.contentType()).isEqualTo("text/wine");
    }

    @Test
    void everyKindOfBodyIsAnswered(@TempDir Path directory) throws Exception {
        AtomicReference<Object> body = new AtomicReference<>();
        route(POUR, exchange -> exchange.getMessage().setBody(body.get()));
        Path file = Files.writeString(directory.resolve("answer"), "Pétrus");

        for (Object each : new Object[] {
            "Pétrus",
            "Pétrus".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            ByteBuffer.wrap("Pétrus".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Payload.ofText("Pétrus"),
            new ByteArrayInputStream("Pétrus".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Files.newInputStream(file),
            file.toFile()
        }) {
            body.set(each);
            assertThat(reply(pour()).payload().asText())
                    .as("%s", each.getClass())
                    .isEqualTo("Pétrus");
        }
        body.set(null);
        assertThat(reply(pour()).payload().isEmpty()).isTrue();
    }

    @Test
    void aBodyThatIsNoReplyFailsTheCommandAndIsNamed() throws Exception {
        route(POUR, exchange -> exchange.getMessage().setBody(new Object()));

        assertThat(failure(pour()).error())
                .returns(ErrorCode.BAD_REPLY, CommandError::code)
                .returns(Outcome.EXECUTED, CommandError::outcome)
                .extracting(CommandError::message)
                .asString()
                .contains("java.lang.Object");
    }

    @Test
    void aStatusOutOfRangeFailsTheCommandAndIsNamed() throws Exception {
        route(POUR, exchange -> exchange.getMessage().setHeader(SommelierHeaders.REPLY_STATUS, 99));

        assertThat(failure(pour()).error().message()).contains("CamelSommelierReplyStatus = 99", "200 to 599");
    }

    @Test
    void anExceptionIsAFailureThatWasExecuted() throws Exception {
        route(POUR, exchange -> {
            throw new IOException("corked");
        });

        assertThat(failure(pour()).error())
                .returns(ErrorCode.HANDLER_FAILED, CommandError::code)
                .returns(Outcome.EXECUTED, CommandError::outcome)
                .returns(Stage.EXECUTION, CommandError::stage)
                .returns("java.io.IOException: corked", CommandError::message);
    }

    @Test
    void anErrorThatTheRouteThrowsIsPassedOnWithWhatIsInIt() throws Exception {
        route(POUR, exchange -> {
            throw new CommandException(Part.failed(
                            CommandError.of(ErrorCode.FORBIDDEN, Outcome.REFUSED, Stage.EXECUTION, "not for minors"))
                    .payload(Payload.ofText("age"))
                    .headers(Headers.of("least", "18"))
                    .suggestedStatus(451)
                    .build());
        });

        CommandException failure = failure(pour());

        assertThat(failure.error())
                .returns(ErrorCode.FORBIDDEN, CommandError::code)
                .returns(Outcome.REFUSED, CommandError::outcome);
        Part part = failure.part().orElseThrow();
        assertThat(part.payload().asText()).isEqualTo("age");
        assertThat(part.headers().first("least")).contains("18");
        assertThat(part.suggestedStatus()).isEqualTo(451);
    }

    @Test
    void theFailureOfACommandThatTheRouteSentIsTheRoutesFailure() throws Exception {
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(POUR).to("sommelier:attic?operation=search");
            }
        });
        world.awaitMember();

        assertThat(failure(pour()).error())
                .returns(ErrorCode.UNKNOWN_TARGET, CommandError::code)
                .returns(Outcome.EXECUTED, CommandError::outcome)
                .returns(false, CommandError::retryable);
    }

    @Test
    void aRouteThatRollsBackFails() throws Exception {
        route(POUR, exchange -> exchange.setRollbackOnly(true));

        assertThat(failure(pour()).error().message()).contains("rolled back");
    }

    @Test
    void aRouteWithoutAnAnswerAnswersNothing() throws Exception {
        route(
                POUR + "&exchangePattern=InOnly",
                exchange -> exchange.getMessage().setBody("not for you"));

        assertThat(reply(pour()).payload().isEmpty()).isTrue();
        assertThat(seen.get().getPattern()).isEqualTo(ExchangePattern.InOnly);
    }

    @Test
    void aRouteServesSeveralOperationsAndSeveralRoutesServe() throws Exception {
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sommelier:cellar?operation=pour,taste").setBody(header(SommelierHeaders.RECEIVED_OPERATION));
                from("sommelier:kitchen?operation=cook").setBody(constant("soup"));
            }
        });
        world.awaitMembers(2);

        assertThat(reply(pour()).payload().asText()).isEqualTo("pour");
        assertThat(reply(Command.to("cellar", "taste")).payload().asText()).isEqualTo("taste");
        assertThat(reply(Command.to("kitchen", "cook")).payload().asText()).isEqualTo("soup");
    }

    @Test
    void twoRoutesOfAContextCannotServeTheSame() throws Exception {
        route(POUR, exchange -> {});

        assertThatThrownBy(() -> world.routes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("sommelier:cellar?operation=taste,pour").to("log:x");
                    }
                }))
                .hasStackTraceContaining("another route of this context serves pour of cellar already");

        assertThat(reply(pour().payload(Payload.ofText("x"))).payload().asText())
                .isEqualTo("x");
    }

    @Test
    void aRouteComesAndGoesWithStartStopSuspendAndResume() throws Exception {
        route(POUR, exchange -> {});
        assertThat(reply(pour())).isNotNull();

        world.context.getRouteController().suspendRoute("served");
        await().until(() -> failure(pour()).error().code() == ErrorCode.NO_MEMBER);
        world.context.getRouteController().resumeRoute("served");
        world.awaitMember();
        assertThat(reply(pour())).isNotNull();
        world.context.getRouteController().stopRoute("served");
        await().until(() -> failure(pour()).error().code() == ErrorCode.NO_MEMBER);
        world.context.getRouteController().startRoute("served");
        world.awaitMember();
        assertThat(reply(pour())).isNotNull();
    }

    @Test
    void aCommandThatTheRouteHasWhenItStopsIsStillAnswered() throws Exception {
        CompletableFuture<Void> let = new CompletableFuture<>();
        world.context.getShutdownStrategy().setTimeout(20);
        route(POUR, exchange -> {
            let.get(20, TimeUnit.SECONDS);
            exchange.getMessage().setBody("last");
        });
        Call call = send(pour());
        await().until(() -> seen.get() != null);

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
            try {
                world.context.getRouteController().stopRoute("served");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> failure(pour().ttl(Duration.ofMillis(300))).error().stage() == Stage.HOLD);
        let.complete(null);

        assertThat(call.result()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS)
                        .payload()
                        .asText())
                .isEqualTo("last");
        stopped.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aRouteThatWaitsForAnotherCommandHoldsNoThreadOfItsMember() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("taste", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sommelier:kitchen?operation=cook").to("sommelier:cellar?operation=taste");
            }
        });
        world.awaitMembers(2);
        int commands = 50; // many more than the member has threads
        List<Call> calls = new java.util.ArrayList<>();
        for (int i = 0; i < commands; i++) {
            calls.add(world.sender.send(Command.to("kitchen", "cook")
                    .payload(Payload.ofText("" + i))
                    .build()));
        }
        handler.await(commands);

        handler.responders.forEach(responder -> responder.complete(Payload.ofText("good")));

        for (Call call : calls) {
            assertThat(call.result()
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .payload()
                            .asText())
                    .isEqualTo("good");
        }
    }

    @Test
    void aDirectRouteRunsOnTheThreadThatBringsTheCommand() throws Exception {
        AtomicReference<Thread> ran = new AtomicReference<>();
        route(POUR + "&direct=true", exchange -> ran.set(Thread.currentThread()));

        reply(pour());

        assertThat(ran.get()).isSameAs(Thread.currentThread());
    }

    @Test
    void theRouteSeesThatTheCommandWasCancelledAndHowMuchTimeRemains() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        CompletableFuture<Void> let = new CompletableFuture<>();
        route(POUR, exchange -> {
            exchange.getProperty(SommelierHeaders.GONE, CompletionStage.class).thenRun(() -> gone.set(true));
            let.get(20, TimeUnit.SECONDS);
        });
        Call call = send(pour());
        await().until(() -> seen.get() != null);
        assertThat(seen.get()
                        .getProperty(SommelierHeaders.INVOCATION, Invocation.class)
                        .remaining())
                .isBetween(Duration.ofMillis(1), Duration.ofSeconds(20));
        assertThat(gone).isFalse();

        call.cancel("enough");

        await().untilTrue(gone);
        let.complete(null);
    }

    @Test
    void aCancelledCommandCancelsWhatTheRouteHasSent() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("taste", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("sommelier:kitchen?operation=cook").to("sommelier:cellar?operation=taste");
            }
        });
        world.awaitMembers(2);
        Call call = world.sender.send(Command.to("kitchen", "cook").build());
        handler.await(1);

        call.cancel("enough");

        handler.awaitCancel();
    }

    @Test
    void whatTheRouteSendsIsGivenNoLongerThanItHas() throws Exception {
        HandHandler handler = new HandHandler();
        world.serve("taste", handler);
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("sommelier:kitchen?operation=cook").to("sommelier:cellar?operation=taste&ttl=1h");
            }
        });
        world.awaitMembers(2);

        world.sender.send(
                Command.to("kitchen", "cook").ttl(Duration.ofSeconds(9)).build());
        handler.await(1).complete(Payload.empty());

        assertThat(handler.invocations.get(0).command().ttl()).isLessThanOrEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void routesThatSendToEachOtherInACircleComeToAnEnd() throws Exception {
        world.routes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("sommelier:kitchen?operation=cook").to("sommelier:cellar?operation=pour");
                from(POUR).delay(1).asyncDelayed().to("sommelier:kitchen?operation=cook"); // on another thread
            }
        });
        world.awaitMembers(2);

        CommandError error = failure(pour()).error();
        assertThat(error)
                .as("%s", error)
                .returns(ErrorCode.TOO_MANY_HOPS, CommandError::code)
                .returns(Outcome.EXECUTED, CommandError::outcome);
    }

    @Test
    void anInputStreamIsClosedWhateverBecomesOfTheReply() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        CompletableFuture<Void> reading = new CompletableFuture<>();
        route(
                POUR,
                exchange -> exchange.getMessage().setBody(new InputStream() {
                    @Override
                    public int read() {
                        reading.complete(null);
                        return 'x';
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        reading.complete(null);
                        return length;
                    }

                    @Override
                    public void close() {
                        closed.set(true);
                    }
                }));
        Call call = world.sender.send(pour().build(), (bringing, part) -> {});
        reading.get(20, TimeUnit.SECONDS);
        assertThat(closed).isFalse();

        call.cancel("enough");

        await().untilTrue(closed);
    }

    @Test
    void theExchangeEndsWithTheReply() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        Map<String, Object> bodies = Map.of("whole", "x", "stream", new ByteArrayInputStreamOfFile());
        for (Object body : bodies.values()) {
            ended.set(false);
            route(POUR, exchange -> {
                exchange.getExchangeExtension().addOnCompletion(new org.apache.camel.support.SynchronizationAdapter() {
                    @Override
                    public void onDone(Exchange done) {
                        ended.set(true);
                    }
                });
                exchange.getMessage().setBody(body);
            });

            reply(pour());

            await().untilTrue(ended);
            await().until(() -> world.context.getInflightRepository().size() == 0);
            world.context.getRouteController().stopRoute("served");
            world.context.removeRoute("served");
        }
    }

    /** Not one of those that are known to be in memory. */
    private static final class ByteArrayInputStreamOfFile extends java.io.FilterInputStream {
        ByteArrayInputStreamOfFile() {
            super(new ByteArrayInputStream(new byte[] {1, 2, 3}));
        }
    }
}
