package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call as a publisher of parts. */
@Timeout(60)
class ReplyPartsTest {
    private final HandSender sender = new HandSender();
    private final Command command = Command.to("cellar", "count").build();
    private final ReplyParts reply = new ReplyParts(sender, command);

    /** Remembers its signals, and that no two come at a time. */
    private static class Reader implements Flow.Subscriber<Part> {
        final List<String> signals = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger inside = new AtomicInteger();
        volatile Flow.Subscription subscription;
        volatile Throwable failure;
        volatile boolean hasOverlapped;
        Consumer<Flow.Subscription> whenSubscribed = given -> {};
        Consumer<Part> whenNext = part -> {};

        private void enter(String signal, Runnable then) {
            hasOverlapped |= inside.getAndIncrement() != 0;
            signals.add(signal);
            try {
                then.run();
            } finally {
                inside.getAndDecrement();
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            enter("subscribed", () -> whenSubscribed.accept(given));
        }

        @Override
        public void onNext(Part part) {
            enter(part.status() + " " + part.payload().asText(), () -> whenNext.accept(part));
        }

        @Override
        public void onError(Throwable thrown) {
            enter("error", () -> failure = thrown);
        }

        @Override
        public void onComplete() {
            enter("complete", () -> {});
        }

        boolean isEnded() {
            return signals.contains("error") || signals.contains("complete");
        }
    }

    private final Reader reader = new Reader();

    private Reader subscribed() {
        reply.subscribe(reader);
        return reader;
    }

    private static Payload bytes(int size) {
        return Payload.copyOf(new byte[size]);
    }

    @Test
    void nothingIsSentBeforeASubscriberComes() {
        assertThat(sender.sent).isEmpty();
        assertThat(reply.call()).isEmpty();

        subscribed();

        assertThat(sender.sent).containsExactly(command);
        assertThat(reply.call()).containsSame(sender);
    }

    @Test
    void theCallIsThereInOnSubscribe() {
        reader.whenSubscribed = given -> assertThat(reply.call()).isPresent();

        subscribed();
        sender.complete("");

        assertThat(reader.signals).containsExactly("subscribed");
    }

    @Test
    void allPartsComeInOrderAndTheTerminalIsTheLast() {
        subscribed().subscription.request(Long.MAX_VALUE);

        sender.part(Part.accepted().contentType("text/plain").build());
        sender.data("a");
        sender.data("b");
        sender.complete("c");

        assertThat(reader.signals)
                .containsExactly("subscribed", "ACCEPTED ", "DATA a", "DATA b", "COMPLETE c", "complete");
    }

    @Test
    void partsThatComeInsideSendWaitForTheSubscription() {
        sender.whenSent = () -> {
            sender.data("a");
            sender.complete("b");
        };
        reader.whenSubscribed = given -> given.request(10);

        subscribed();

        assertThat(reader.signals).containsExactly("subscribed", "DATA a", "COMPLETE b", "complete");
    }

    @Test
    void aFailureInsideSendComesBehindOnSubscribe() {
        sender.whenSent = () -> sender.fail("early");

        subscribed();

        assertThat(reader.signals).containsExactly("subscribed", "error");
    }

    @Test
    void noMorePartsComeThanAreDemanded() {
        subscribed();
        sender.data("a");
        sender.data("b");
        sender.complete("c");

        reader.subscription.request(1);
        assertThat(reader.signals).containsExactly("subscribed", "DATA a");

        reader.subscription.request(1);
        assertThat(reader.signals).containsExactly("subscribed", "DATA a", "DATA b");

        reader.subscription.request(1);
        assertThat(reader.signals).containsExactly("subscribed", "DATA a", "DATA b", "COMPLETE c", "complete");
    }

    @Test
    void aFailureNeedsNoDemandButComesBehindThePartsBeforeIt() {
        subscribed();
        sender.data("a");
        sender.part(Part.failed(CommandError.executed("broken"))
                .payload(Payload.ofText("why"))
                .build());
        assertThat(reader.signals).containsExactly("subscribed");

        reader.subscription.request(1);

        assertThat(reader.signals).containsExactly("subscribed", "DATA a", "error");
        assertThat(reader.failure).isInstanceOfSatisfying(CommandException.class, failed -> {
            assertThat(failed.error().message()).isEqualTo("broken");
            assertThat(failed.part().orElseThrow().payload().asText()).isEqualTo("why");
        });
    }

    @Test
    void whatIsHeldIsNeverCredited() {
        subscribed();

        sender.part(Part.data(bytes(200 * 1024)).build());
        sender.part(Part.data(bytes(100 * 1024)).build());

        assertThat(sender.credit).hasValue(CommandSender.INITIAL_CREDIT_BYTES - 300 * 1024);
    }

    @Test
    void aPartThatWasTakenGivesItsCostBack() {
        subscribed();
        sender.part(Part.data(bytes(200 * 1024)).build());
        sender.part(Part.data(bytes(100 * 1024)).build());

        reader.subscription.request(1);
        assertThat(sender.credit).hasValue(CommandSender.INITIAL_CREDIT_BYTES - 100 * 1024);

        reader.subscription.request(1);
        assertThat(sender.credit).hasValue(CommandSender.INITIAL_CREDIT_BYTES);
    }

    @Test
    void smallPartsNeverTakeTheCreditAway() {
        subscribed().subscription.request(Long.MAX_VALUE);
        long least = Long.MAX_VALUE;

        for (int i = 0; i < 10_000; i++) {
            sender.part(Part.data(bytes(1000)).build());
            least = Math.min(least, sender.credit.get());
        }

        assertThat(least).isGreaterThanOrEqualTo(CommandSender.INITIAL_CREDIT_BYTES * 3 / 4 - 1000);
        assertThat(sender.credit.get()).isLessThanOrEqualTo(CommandSender.INITIAL_CREDIT_BYTES);
    }

    @Test
    void aPartIsWorkedOffOnlyWhenOnNextHasReturned() {
        List<Long> seen = new ArrayList<>();
        reader.whenNext = part -> seen.add(sender.credit.get());
        subscribed().subscription.request(5);

        sender.part(Part.data(bytes(100 * 1024)).build());

        assertThat(seen).containsExactly(CommandSender.INITIAL_CREDIT_BYTES - 100 * 1024L);
    }

    @Test
    void demandInsideOnNextDoesNotNest() {
        int parts = 100_000;
        AtomicInteger deepest = new AtomicInteger();
        reader.whenNext = part -> {
            deepest.accumulateAndGet(reader.inside.get(), Math::max);
            reader.subscription.request(1);
        };
        subscribed();
        for (int i = 0; i < parts; i++) {
            sender.data("");
        }
        sender.complete("");

        reader.subscription.request(1);

        assertThat(reader.signals).hasSize(parts + 3).endsWith("DATA ", "COMPLETE ", "complete");
        assertThat(deepest).hasValue(1);
    }

    @Test
    void aWorkerThatSendsInsideItsCreditDoesNotNest() {
        AtomicInteger left = new AtomicInteger(10_000);
        sender.whenCredited = () -> {
            if (left.getAndDecrement() > 0) {
                sender.part(Part.data(bytes(100 * 1024)).build());
            }
        };
        subscribed().subscription.request(Long.MAX_VALUE);

        sender.part(Part.data(bytes(100 * 1024)).build());

        assertThat(reader.signals).hasSize(10_002);
        assertThat(reader.hasOverlapped).isFalse();
    }

    @Test
    void cancellingCancelsTheCallOnceAndNothingComesAfterIt() {
        subscribed().subscription.request(1);
        sender.data("a");
        sender.data("b");

        reader.subscription.cancel();
        reader.subscription.cancel();
        reader.subscription.request(10);
        reader.subscription.request(-1);
        sender.data("c");
        sender.complete("d");

        assertThat(reader.signals).containsExactly("subscribed", "DATA a");
        assertThat(sender.cancels).hasSize(1);
    }

    @Test
    void cancellingInOnSubscribeEndsEverything() {
        reader.whenSubscribed = Flow.Subscription::cancel;
        sender.whenSent = () -> sender.data("a");

        subscribed().subscription.request(1);

        assertThat(reader.signals).containsExactly("subscribed");
        assertThat(sender.cancels).hasSize(1);
    }

    @Test
    void cancellingAtTheLastElementKeepsOnCompleteAway() {
        reader.whenNext = part -> reader.subscription.cancel();
        subscribed().subscription.request(5);

        sender.complete("a");

        assertThat(reader.signals).containsExactly("subscribed", "COMPLETE a");
    }

    @Test
    void noCreditIsGivenAfterACancelInOnNext() {
        reader.whenNext = part -> reader.subscription.cancel();
        subscribed().subscription.request(5);

        sender.part(Part.data(bytes(200 * 1024)).build());

        assertThat(sender.credit).hasValue(CommandSender.INITIAL_CREDIT_BYTES - 200 * 1024);
    }

    @Test
    void demandThatIsNotPositiveFailsAndCancels() {
        subscribed();
        sender.data("a");

        reader.subscription.request(0);

        assertThat(reader.signals).containsExactly("subscribed", "error");
        assertThat(reader.failure)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("demand of 0 parts, allowed are 1 and more");
        assertThat(sender.cancels).hasSize(1);
    }

    @Test
    void demandAddsUpToTheGreatestNumber() {
        subscribed().subscription.request(Long.MAX_VALUE);
        reader.subscription.request(Long.MAX_VALUE);

        sender.complete("a");

        assertThat(reader.signals).endsWith("complete");
    }

    @Test
    void afterTheEndDemandAndCancelHaveNoEffect() {
        subscribed().subscription.request(1);
        sender.complete("a");

        reader.subscription.request(-1);
        reader.subscription.request(1);

        assertThat(reader.signals).containsExactly("subscribed", "COMPLETE a", "complete");
    }

    @Test
    void aSecondSubscriberIsRefusedAndTheFirstOneNotDisturbed() {
        subscribed().subscription.request(1);
        Reader second = new Reader();

        reply.subscribe(second);
        second.subscription.request(1);
        second.subscription.cancel();
        sender.complete("a");

        assertThat(second.signals).containsExactly("subscribed", "error");
        assertThat(second.failure).isInstanceOf(IllegalStateException.class);
        assertThat(reader.signals).containsExactly("subscribed", "COMPLETE a", "complete");
        assertThat(sender.sent).hasSize(1);
        assertThat(sender.cancels).isEmpty();
    }

    @Test
    void noSubscriberIsANullPointerExceptionAndNothingIsSent() {
        assertThatNullPointerException().isThrownBy(() -> reply.subscribe(null)).withMessage("subscriber");

        assertThat(sender.sent).isEmpty();
    }

    @Test
    void aSenderThatThrowsEndsWithWhatItThrew() {
        sender.whenSent = () -> {
            throw new IllegalStateException("closed");
        };

        subscribed();

        assertThat(reader.signals).containsExactly("subscribed", "error");
        assertThat(reader.failure).hasMessage("closed");
        reader.subscription.cancel();
    }

    @Test
    void whatOnNextThrowsCancelsTheCallAndIsThrownOn() {
        reader.whenNext = part -> {
            throw new IllegalStateException("full");
        };
        subscribed().subscription.request(5);

        assertThatThrownBy(() -> sender.data("a")).hasMessage("full");
        sender.data("b");
        reader.subscription.request(1);

        assertThat(reader.signals).containsExactly("subscribed", "DATA a");
        assertThat(sender.cancels).hasSize(1);
    }

    @Test
    void whatOnSubscribeThrowsCancelsTheCall() {
        reader.whenSubscribed = given -> {
            throw new IllegalStateException("no");
        };

        assertThatThrownBy(this::subscribed).hasMessage("no");
        sender.data("a");

        assertThat(reader.signals).containsExactly("subscribed");
        assertThat(sender.cancels).hasSize(1);
    }

    /** One race: all tasks start together, and have ended when this returns. */
    private static void race(ExecutorService threads, Runnable... tasks) throws Exception {
        CyclicBarrier start = new CyclicBarrier(tasks.length);
        List<Future<?>> running = new ArrayList<>();
        for (Runnable task : tasks) {
            running.add(threads.submit(() -> {
                start.await();
                task.run();
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void partsAndDemandAtTheSameTimeLoseNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 3_000; round++) {
                HandSender from = new HandSender();
                Reader to = new Reader();
                new ReplyParts(from, command).subscribe(to);

                race(
                        threads,
                        () -> {
                            for (int i = 0; i < 20; i++) {
                                from.data("" + i);
                            }
                            from.complete("");
                        },
                        () -> {
                            for (int i = 0; i < 11; i++) {
                                to.subscription.request(1);
                            }
                        },
                        () -> {
                            for (int i = 0; i < 10; i++) {
                                to.subscription.request(1);
                            }
                        });

                assertThat(to.hasOverlapped).isFalse();
                List<String> wanted = new ArrayList<>(List.of("subscribed"));
                for (int i = 0; i < 20; i++) {
                    wanted.add("DATA " + i);
                }
                wanted.addAll(List.of("COMPLETE ", "complete"));
                assertThat(to.signals).isEqualTo(wanted);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aCancelAgainstPartsCancelsTheCallOnceOrComesAfterTheEnd() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        int cancelled = 0;
        int completed = 0;
        try {
            for (int round = 0; round < 5_000; round++) {
                HandSender from = new HandSender();
                Reader to = new Reader();
                new ReplyParts(from, command).subscribe(to);

                race(
                        threads,
                        () -> {
                            from.data("a");
                            from.complete("b");
                        },
                        () -> to.subscription.request(Long.MAX_VALUE),
                        () -> to.subscription.cancel());

                assertThat(to.hasOverlapped).isFalse();
                assertThat(to.signals).startsWith("subscribed");
                assertThat(List.of("subscribed", "DATA a", "COMPLETE b", "complete"))
                        .startsWith(to.signals.toArray(String[]::new));
                assertThat(from.cancels).hasSize(1);
                int seen = to.signals.size();
                to.subscription.request(5);
                assertThat(to.signals).hasSize(seen);
                if (to.isEnded()) {
                    completed++;
                } else {
                    cancelled++;
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(completed + cancelled).isEqualTo(5_000);
    }

    @Test
    void badDemandAgainstPartsEndsOnceAndWithItsOwnError() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 3_000; round++) {
                HandSender from = new HandSender();
                Reader to = new Reader();
                new ReplyParts(from, command).subscribe(to);
                to.subscription.request(Long.MAX_VALUE);

                race(
                        threads,
                        () -> {
                            from.data("a");
                            from.data("b");
                        },
                        () -> to.subscription.request(-7));

                assertThat(to.hasOverlapped).isFalse();
                assertThat(to.signals).endsWith("error");
                assertThat(to.signals.stream().filter("error"::equals)).hasSize(1);
                assertThat(to.failure).isInstanceOf(IllegalArgumentException.class);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyReadersAtOnceHaveOneWinner() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                HandSender from = new HandSender();
                ReplyParts contested = new ReplyParts(from, command);
                Reader one = new Reader();
                Reader other = new Reader();

                race(threads, () -> contested.subscribe(one), () -> contested.subscribe(other));

                assertThat(from.sent).hasSize(1);
                assertThat(one.isEnded() ^ other.isEnded()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
