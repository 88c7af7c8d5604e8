package io.sommelier.transport.embedded.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.admin.TargetView.MemberView;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.controller.HoldSettings;
import io.sommelier.transport.embedded.EmbeddedTransport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WhiteboardTest {
    private final Controller controller = new Controller("controller-1", ControllerSettings.defaults());
    private final EmbeddedTransport transport = new EmbeddedTransport();
    private final Map<String, Object> settings = new ConcurrentHashMap<>(Map.of("node", "here"));
    private final Whiteboard whiteboard = new Whiteboard(transport, () -> EmbeddedSettings.read(settings));

    @BeforeEach
    void start() {
        controller.add(transport);
    }

    @AfterEach
    void stop() {
        controller.close(Duration.ZERO);
    }

    private static CommandHandler saying(String text) {
        return CommandHandler.answering(invocation -> Payload.ofText(text));
    }

    private void put(String key, String owner, String operations, CommandHandler handler) {
        whiteboard.put(
                key,
                owner,
                owner,
                HandlerOffer.of(
                        handler, Map.of("sommelier.target", "cellar", "sommelier.operation", operations.split(","))));
    }

    private List<MemberView> members() {
        return controller.admin().targets().get(0).members();
    }

    private String send(String operation) {
        return transport
                .sender("test")
                .send(Command.to("cellar", operation).build())
                .result()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .payload()
                .asText();
    }

    @Test
    void theHandlersOfOneOwnerAreOneMember() {
        put("a", "bundle-1", "pour", saying("red"));
        put("b", "bundle-1", "open,close", saying("done"));
        put("c", "bundle-2", "pour", saying("white"));

        assertThat(members())
                .extracting(MemberView::instance, MemberView::operations)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("here:bundle-1:1", List.of("close", "open", "pour")),
                        org.assertj.core.groups.Tuple.tuple("here:bundle-2:2", List.of("pour")));
    }

    @Test
    void aHandlerThatGoesTakesItsOperationsAlongAndTheLastOneTheMember() {
        put("a", "bundle-1", "pour", saying("red"));
        put("b", "bundle-1", "open", saying("done"));

        whiteboard.remove("a").toCompletableFuture().join();
        assertThat(members()).singleElement().extracting(MemberView::operations).isEqualTo(List.of("open"));

        whiteboard.remove("b").toCompletableFuture().join();
        assertThat(members()).isEmpty();
        assertThatThrownBy(() -> send("open"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failure -> assertThat(failure.error().code()).isEqualTo(ErrorCode.NO_MEMBER));
    }

    @Test
    void ofTwoHandlersOfAnOwnerForOneOperationTheHigherServes() {
        put("a", "bundle-1", "pour", saying("red"));
        whiteboard.put(
                "b",
                "bundle-1",
                "bundle-1",
                HandlerOffer.of(
                        saying("better"),
                        Map.of("sommelier.target", "cellar", "sommelier.operation", "pour", "service.ranking", 5)));
        assertThat(send("pour")).isEqualTo("better");

        whiteboard.remove("b");
        assertThat(send("pour")).isEqualTo("red");
    }

    @Test
    void otherPropertiesOfAHandlerMoveIt() {
        put("a", "bundle-1", "pour", saying("red"));

        put("a", "bundle-1", "decant", saying("red"));

        assertThat(members()).singleElement().extracting(MemberView::operations).isEqualTo(List.of("decant"));
    }

    @Test
    void aRemovalCompletesWhenTheCommandsUnderWayHaveEnded() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        put("a", "bundle-1", "pour", CommandHandler.answering(invocation -> {
            began.countDown();
            try {
                mayEnd.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Payload.ofText("late");
        }));
        var call = transport.sender("test").send(Command.to("cellar", "pour").build());
        began.await(10, TimeUnit.SECONDS);

        var removed = whiteboard.remove("a").toCompletableFuture();
        assertThat(removed).isNotDone();
        mayEnd.countDown();

        removed.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(call.result().toCompletableFuture()).isCompleted();
    }

    @Test
    void anOwnerThatIsReplacedUnderLoadLosesNoCommandForAnyOfItsHandlers() throws InterruptedException {
        List<String> operations = List.of("pour", "open", "close");
        operations.forEach(operation -> put(operation, "bundle-1", operation, saying(operation)));
        assertThat(send("open")).isEqualTo("open"); // its sender is there before many use it
        AtomicBoolean goesOn = new AtomicBoolean(true);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger answered = new AtomicInteger();
        List<Thread> callers = operations.stream()
                .map(operation -> new Thread(() -> {
                    while (goesOn.get()) {
                        try {
                            assertThat(send(operation)).isEqualTo(operation);
                            answered.incrementAndGet();
                        } catch (Throwable failure) {
                            failures.add(failure);
                        }
                    }
                }))
                .toList();
        callers.forEach(Thread::start);

        for (int update = 0; update < 200; update++) {
            whiteboard
                    .removeAllOf("bundle-1")
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            operations.forEach(operation -> whiteboard.remove(operation)); // each is told of, too
            operations.forEach(operation -> put(operation, "bundle-1", operation, saying(operation)));
        }
        goesOn.set(false);
        for (Thread caller : callers) {
            caller.join(10_000);
        }

        assertThat(failures).isEmpty();
        assertThat(answered.get()).isGreaterThan(200);
        assertThat(members())
                .singleElement()
                .extracting(MemberView::operations)
                .isEqualTo(List.of("close", "open", "pour"));
    }

    private CompletableFuture<String> sent(String operation) {
        return transport
                .sender("test")
                .send(Command.to("cellar", operation).build())
                .result()
                .toCompletableFuture()
                .thenApply(reply -> reply.payload().asText());
    }

    private static CommandError error(CompletableFuture<?> call) {
        try {
            throw new AssertionError(
                    "it was answered: " + call.orTimeout(20, TimeUnit.SECONDS).join());
        } catch (CompletionException failure) {
            return ((CommandException) failure.getCause()).error();
        }
    }

    /** Answers when it may, and tells that it has begun. */
    private static CommandHandler waiting(CountDownLatch began, CountDownLatch mayEnd, String text) {
        return (invocation, responder) -> {
            began.countDown();
            mayEnd.await();
            responder.complete(Payload.ofText(text));
        };
    }

    @Test
    void commandsForAHandlerThatIsReplacedWaitWhileItsBundleStays() {
        put("a", "bundle-1", "pour", saying("red"));
        put("b", "bundle-1", "open", saying("done"));

        whiteboard.remove("a").toCompletableFuture().join();
        CompletableFuture<String> held = sent("pour");
        assertThat(held).isNotDone();
        assertThat(send("open")).isEqualTo("done");
        put("a", "bundle-1", "pour", saying("white"));

        assertThat(held.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("white");
    }

    @Test
    void commandsForAHandlerThatDoesNotComeBackFailWhenTheHoldIsOver() {
        controller.settings(
                ControllerSettings.defaults().withHold(new HoldSettings(Duration.ofMillis(200), 10, 1 << 20)));
        put("a", "bundle-1", "pour", saying("red"));
        put("b", "bundle-1", "open", saying("done"));

        whiteboard.remove("a").toCompletableFuture().join();
        CommandError error = error(sent("pour"));

        assertThat(error.code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void anOperationThatAHandlerDoesNotNameAnyMoreFailsAtOnce() {
        put("a", "bundle-1", "pour,open", saying("red"));

        put("a", "bundle-1", "open", saying("red"));

        CompletableFuture<String> call = sent("pour");
        assertThat(call).isDone();
        assertThat(error(call).code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
    }

    @Test
    void whatAHandlerHasBegunMayEndAndWhatItHasNotGoesToTheNext() throws InterruptedException {
        settings.put("handlerThreads", 1);
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        put("a", "bundle-1", "pour", waiting(began, mayEnd, "old"));
        put("b", "bundle-1", "open", saying("done"));
        CompletableFuture<String> first = sent("pour");
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<String> second = sent("pour"); // in the queue of the executor

        CompletableFuture<Void> removed = whiteboard.remove("a").toCompletableFuture();
        assertThat(removed).isNotDone();
        mayEnd.countDown();
        removed.orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(first).isCompletedWithValue("old");
        assertThat(second).isNotDone();
        put("a", "bundle-1", "pour", saying("new"));
        assertThat(second.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("new");
    }

    @Test
    void whatAHandlerWithALowerOneBehindItHasNotBegunGoesToThatOne() throws InterruptedException {
        settings.put("handlerThreads", 1);
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        put("low", "bundle-1", "pour", saying("low"));
        whiteboard.put(
                "high",
                "bundle-1",
                "bundle-1",
                HandlerOffer.of(
                        waiting(began, mayEnd, "high"),
                        Map.of("sommelier.target", "cellar", "sommelier.operation", "pour", "service.ranking", 5)));
        CompletableFuture<String> first = sent("pour");
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<String> second = sent("pour");

        CompletableFuture<Void> removed = whiteboard.remove("high").toCompletableFuture();
        mayEnd.countDown();

        removed.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(first).isCompletedWithValue("high");
        assertThat(second.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("low");
    }

    @Test
    void whatStillRunsAtTheDrainLimitEndsUnknownAndTheHandlerMayGo() throws InterruptedException {
        settings.put("drainLimit", "100ms");
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        put("a", "bundle-1", "pour", waiting(began, mayEnd, "late"));
        put("b", "bundle-1", "open", saying("done"));
        CompletableFuture<String> stuck = sent("pour");
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

        whiteboard
                .remove("a")
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();

        assertThat(error(stuck).outcome()).isEqualTo(Outcome.UNKNOWN);
        mayEnd.countDown();
        assertThat(send("open")).isEqualTo("done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "pooled"})
    void aHandlerThatIsReplacedUnderLoadWhileItsBundleStaysLosesNoCommandAndIsNotUsedAfterIt(String execution)
            throws InterruptedException {
        AtomicInteger executed = new AtomicInteger();
        AtomicInteger usedAfter = new AtomicInteger();
        AtomicBoolean goesOn = new AtomicBoolean(true);
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger answered = new AtomicInteger();
        put("stays", "bundle-1", "open", saying("done"));
        AtomicBoolean isGone = putCounting(execution, executed, usedAfter);
        assertThat(send("open")).isEqualTo("done"); // its sender is there before many use it
        List<Thread> callers = List.of("pour", "pour", "pour", "open").stream()
                .map(operation -> new Thread(() -> {
                    while (goesOn.get()) {
                        try {
                            send(operation);
                            answered.addAndGet(operation.equals("pour") ? 1 : 0);
                        } catch (Throwable failure) {
                            failures.add(failure);
                        }
                    }
                }))
                .toList();
        callers.forEach(Thread::start);

        for (int round = 0; round < 300; round++) {
            int before = answered.get();
            while (answered.get() < before + 5 && failures.isEmpty()) {
                Thread.onSpinWait();
            }
            whiteboard
                    .remove("counting")
                    .toCompletableFuture()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            isGone.set(true);
            isGone = putCounting(execution, executed, usedAfter);
        }
        goesOn.set(false);
        for (Thread caller : callers) {
            caller.join(10_000);
        }

        assertThat(failures).isEmpty();
        assertThat(usedAfter).as("used after it was gone").hasValue(0);
        assertThat(executed).hasValue(answered.get());
        assertThat(controller.admin().inFlight()).isZero();
        assertThat(members()).singleElement().extracting(MemberView::inFlight).isEqualTo(0);
    }

    /** Gives what is to be set when the handler may not be used any more. */
    private AtomicBoolean putCounting(String execution, AtomicInteger executed, AtomicInteger usedAfter) {
        AtomicBoolean isGone = new AtomicBoolean();
        whiteboard.put(
                "counting",
                "bundle-1",
                "bundle-1",
                HandlerOffer.of(
                        (invocation, responder) -> {
                            usedAfter.addAndGet(isGone.get() ? 1 : 0);
                            executed.incrementAndGet();
                            responder.complete(Payload.ofText("poured"));
                        },
                        Map.of(
                                "sommelier.target",
                                "cellar",
                                "sommelier.operation",
                                "pour",
                                "sommelier.execution",
                                execution)));
        return isGone;
    }

    @Test
    void whatIsRemovedOfOneOwnerLeavesTheOthersAlone() {
        put("a", "bundle-1", "pour", saying("red"));
        put("b", "bundle-2", "open", saying("done"));

        whiteboard.removeAllOf("bundle-1").toCompletableFuture().join();
        whiteboard.removeAllOf("bundle-3").toCompletableFuture().join();

        assertThat(members()).singleElement().extracting(MemberView::operations).isEqualTo(List.of("open"));
        assertThat(send("open")).isEqualTo("done");
    }

    @Test
    void aWrongPropertyIsNamed() {
        assertThatThrownBy(() -> HandlerOffer.of(saying(""), Map.of("sommelier.operation", "pour")))
                .hasMessageContaining("sommelier.target = null");
        assertThatThrownBy(() -> HandlerOffer.of(saying(""), Map.of("sommelier.target", "cellar")))
                .hasMessageContaining("sommelier.operation is missing");
        assertThatThrownBy(() -> HandlerOffer.of(
                        saying(""),
                        Map.of(
                                "sommelier.target",
                                "cellar",
                                "sommelier.operation",
                                "pour",
                                "sommelier.execution",
                                "fast")))
                .hasMessageContaining("sommelier.execution = fast");
    }

    @Test
    void anInstanceIdFitsIntoTheGrammarOfNames() {
        assertThat(Instances.name("root", "a/b c", "1")).isEqualTo("root:a-b-c:1");
        assertThat(Instances.name("root", "x".repeat(300), "12"))
                .hasSize(128)
                .startsWith("root:")
                .endsWith(":12");
    }
}
