package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Handlers that send to each other in a circle come to an end, and nobody else's commands are counted. */
interface HopPromises extends WorldAccess {
    String OTHER_TARGET = "vineyard";

    /** How each handler of a circle sends to the next one; the hops that each saw. */
    final class Circle {
        final List<Integer> hops = new CopyOnWriteArrayList<>();
        final AtomicReference<CommandSender> cellar = new AtomicReference<>();
        final AtomicReference<CommandSender> vineyard = new AtomicReference<>();

        CommandHandler handler(
                AtomicReference<CommandSender> own, Function<Invocation, CompletionStage<Command>> commandOf) {
            return CommandHandler.answeringLater(invocation -> {
                hops.add(invocation.command().hops());
                return commandOf
                        .apply(invocation)
                        .thenCompose(command -> own.get().send(command).result())
                        .thenApply(Reply::payload);
            });
        }
    }

    private static void assertEnds(
            World world, boolean isDirect, Function<String, Function<Invocation, CompletionStage<Command>>> commandTo)
            throws Exception {
        Circle circle = new Circle();
        MemberPlan cellar =
                MemberPlan.of(TARGET, "c").serving(POUR, circle.handler(circle.cellar, commandTo.apply(OTHER_TARGET)));
        MemberPlan vineyard = MemberPlan.of(OTHER_TARGET, "v")
                .serving(POUR, circle.handler(circle.vineyard, commandTo.apply(TARGET)));
        circle.cellar.set(world.member(isDirect ? cellar.direct() : cellar).sender());
        circle.vineyard.set(
                world.member(isDirect ? vineyard.direct() : vineyard).sender());

        assertError(
                world.caller().send(Command.to(TARGET, POUR).build()),
                ErrorCode.TOO_MANY_HOPS,
                Outcome.REFUSED,
                Stage.INGRESS);

        assertThat(circle.hops)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, Command.MAX_HOPS).boxed().toList());
        soon().until(() -> world.admin().inFlight() == 0);
    }

    private static CompletionStage<Command> fresh(String target) {
        return CompletableFuture.completedStage(Command.to(target, POUR).build());
    }

    @Test
    default void handlersThatSendToEachOtherInACircleEndAfterSoManyHopsAndTheFirstCallerLearnsWhy() throws Exception {
        assertEnds(open(), false, target -> invocation -> fresh(target));
    }

    @Test
    default void directHandlersThatSendToEachOtherInACircleEndToo() throws Exception {
        assertEnds(open(), true, target -> invocation -> fresh(target));
    }

    @Test
    default void handlersThatSendOnThreadsOfTheirOwnEndIfTheySayWhatTheySendAfter() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            assertEnds(
                    open(),
                    false,
                    target -> invocation -> CompletableFuture.supplyAsync(
                            () -> Command.to(target, POUR).after(invocation).build(), threads));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    default void aHandlerThatSendsToItselfFromWhatDependsOnItsCallsEndsToo() throws Exception {
        World world = open();
        AtomicReference<CommandSender> own = new AtomicReference<>();
        List<Integer> hops = new CopyOnWriteArrayList<>();
        own.set(world.member(MemberPlan.of(TARGET, "a")
                        .serving("sip", ECHO)
                        .serving(POUR, CommandHandler.answeringLater(invocation -> {
                            hops.add(invocation.command().hops());
                            return own.get()
                                    .send(Command.to(TARGET, "sip").build())
                                    .result()
                                    .thenCompose(reply -> own.get()
                                            .send(Command.to(TARGET, POUR).build())
                                            .result())
                                    .thenApply(Reply::payload);
                        })))
                .sender());

        assertError(
                world.caller().send(Command.to(TARGET, POUR).build()),
                ErrorCode.TOO_MANY_HOPS,
                Outcome.REFUSED,
                Stage.INGRESS);

        assertThat(hops).hasSize(Command.MAX_HOPS + 1);
    }

    @Test
    default void aCallerThatSendsTheNextFromTheEndOfTheOneBeforeIsNoCircle() throws Exception {
        World world = open();
        List<Integer> hops = new CopyOnWriteArrayList<>();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, CommandHandler.answering(invocation -> {
                    hops.add(invocation.command().hops());
                    return invocation.payload();
                }))
                .direct());
        CompletionStage<Reply> last =
                world.caller().send(Command.to(TARGET, POUR).build()).result();

        for (int i = 0; i < 100; i++) {
            last = last.thenCompose(reply ->
                    world.caller().send(Command.to(TARGET, POUR).build()).result());
        }
        last.toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);

        assertThat(hops).hasSize(101).containsOnly(0);
    }

    @Test
    default void theTraceContextComesAlongWithWhatIsSentAfterAnother() throws Exception {
        World world = open();
        AtomicReference<CommandSender> own = new AtomicReference<>();
        own.set(world.member(MemberPlan.of(TARGET, "a")
                        .serving(
                                "sip",
                                CommandHandler.answering(invocation ->
                                        Payload.ofText(invocation.command().traceparent() + " "
                                                + invocation.command().hops())))
                        .serving(
                                POUR,
                                CommandHandler.answeringLater(invocation -> own.get()
                                        .send(Command.to(TARGET, "sip")
                                                .after(invocation)
                                                .build())
                                        .result()
                                        .thenApply(Reply::payload))))
                .sender());

        Reply reply = reply(world.caller()
                .send(Command.to(TARGET, POUR).traceparent("00-a-b-01").build()));

        assertThat(reply.payload().asText()).isEqualTo("00-a-b-01 1");
    }
}
