package io.sommelier.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reply whose head is read, and whose rest is given on. */
@Timeout(60)
class StreamedReplyTest {
    /** Gives parts, each only when it was asked for. */
    private static final class Source implements Flow.Subscription {
        private final AtomicLong asked = new AtomicLong();
        private final AtomicInteger cancels = new AtomicInteger();

        @Override
        public void request(long parts) {
            asked.addAndGet(parts);
        }

        @Override
        public void cancel() {
            cancels.incrementAndGet();
        }
    }

    private static final class Reader implements Flow.Subscriber<ByteBuffer> {
        private final List<String> signals = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger inside = new AtomicInteger();
        private volatile Flow.Subscription subscription;
        private volatile Throwable failure;
        private volatile boolean hasOverlapped;
        private long asksFirst;
        private boolean asksAgain;

        private void signal(String what) {
            hasOverlapped |= inside.getAndIncrement() != 0;
            signals.add(what);
            inside.getAndDecrement();
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (asksFirst > 0) {
                given.request(asksFirst);
            }
        }

        @Override
        public void onNext(ByteBuffer buffer) {
            signal(StandardCharsets.UTF_8.decode(buffer).toString());
            if (asksAgain) {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            failure = thrown;
            signal("error");
        }

        @Override
        public void onComplete() {
            signal("complete");
        }
    }

    private final List<String> head = new ArrayList<>();
    private final Source source = new Source();
    private final Reader reader = new Reader();
    private final StreamedReply reply = reply(source);

    private StreamedReply reply(Source from) {
        StreamedReply made = new StreamedReply(new StreamedReply.Head() {
            @Override
            public void begun(Part accepted, Part first) {
                head.add((accepted == null ? "" : accepted.status() + " ") + first.status() + " "
                        + first.payload().asText());
            }

            @Override
            public void failed(Throwable failure) {
                head.add("failed " + failure.getMessage());
            }
        });
        made.onSubscribe(from);
        return made;
    }

    private static Part data(String text) {
        return Part.data(Payload.ofText(text)).build();
    }

    private static Part complete(String text) {
        return Part.complete(Payload.ofText(text)).build();
    }

    @Test
    void theHeadIsTheFirstPartWithBytesAndTheAcceptedBeforeIt() {
        assertThat(source.asked).hasValue(1);
        reply.onNext(Part.accepted().build());
        assertThat(head).isEmpty();
        assertThat(source.asked).hasValue(2);

        reply.onNext(data("a"));

        assertThat(head).containsExactly("ACCEPTED DATA a");
        assertThat(source.asked).as("the next part waits for a reader").hasValue(2);
    }

    @Test
    void aFailureBeforeThatIsTheHead() {
        reply.onNext(Part.accepted().build());

        reply.onError(new IllegalStateException("no"));

        assertThat(head).containsExactly("failed no");
    }

    @Test
    void theNextPartIsAskedForWhenOneWasTaken() {
        reply.onNext(data("a"));
        reply.subscribe(reader);
        assertThat(reader.signals).isEmpty();
        assertThat(source.asked).hasValue(1);

        reader.subscription.request(1);

        assertThat(reader.signals).containsExactly("a");
        assertThat(source.asked).hasValue(2);
        reply.onNext(data("b"));
        assertThat(reader.signals).as("b waits").containsExactly("a");
        reader.subscription.request(1);
        assertThat(reader.signals).containsExactly("a", "b");
    }

    @Test
    void anEmptyEndNeedsNoDemand() {
        reader.asksFirst = 1;
        reply.onNext(data("a"));
        reply.subscribe(reader);

        reply.onNext(complete(""));
        reply.onComplete();

        assertThat(reader.signals).containsExactly("a", "complete");
    }

    @Test
    void anEndWithBytesIsAnElement() {
        reader.asksFirst = 1;
        reply.onNext(data("a"));
        reply.subscribe(reader);
        reply.onNext(complete("z"));
        assertThat(reader.signals).containsExactly("a");

        reader.subscription.request(1);

        assertThat(reader.signals).containsExactly("a", "z", "complete");
    }

    @Test
    void aFailureComesBehindThePartThatWaits() {
        reply.onNext(data("a"));
        reply.onError(new IllegalStateException("broken"));
        reply.subscribe(reader);
        assertThat(reader.signals).isEmpty();

        reader.subscription.request(5);

        assertThat(reader.signals).containsExactly("a", "error");
        assertThat(reader.failure).hasMessage("broken");
    }

    @Test
    void cancellingCancelsOnce() {
        reader.asksFirst = 1;
        reply.onNext(data("a"));
        reply.subscribe(reader);

        reader.subscription.cancel();
        reader.subscription.cancel();
        reader.subscription.request(1);
        reader.subscription.request(0);
        reply.onNext(data("b"));

        assertThat(reader.signals).containsExactly("a");
        assertThat(source.cancels).hasValue(1);
    }

    @Test
    void demandThatIsNotPositiveEndsItWithItsOwnError() {
        reply.onNext(data("a"));
        reply.subscribe(reader);

        reader.subscription.request(0);

        assertThat(reader.signals).containsExactly("error");
        assertThat(reader.failure)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("demand of 0 parts, allowed are 1 and more");
        assertThat(source.cancels).hasValue(1);
    }

    @Test
    void aSecondReaderIsRefused() {
        Reader second = new Reader();
        second.asksFirst = 1;
        reply.onNext(data("a"));
        reply.subscribe(reader);

        reply.subscribe(second);

        assertThat(second.signals).containsExactly("error");
        reader.subscription.request(1);
        assertThat(reader.signals).containsExactly("a");
        assertThat(source.cancels).hasValue(0);
    }

    @Test
    void whatTheReaderThrowsCancelsAndIsThrownOn() {
        reply.onNext(data("a"));
        reply.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                reader.subscription = given;
            }

            @Override
            public void onNext(ByteBuffer buffer) {
                throw new IllegalStateException("full");
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onComplete() {}
        });

        assertThatThrownBy(() -> reader.subscription.request(1)).hasMessage("full");

        assertThat(source.cancels).hasValue(1);
    }

    @Test
    void demandInsideOnNextDoesNotNest() {
        reader.asksFirst = 1;
        reader.asksAgain = true;
        reply.onNext(data("a"));
        reply.subscribe(reader);

        for (int i = 0; i < 10_000; i++) {
            reply.onNext(data("b"));
        }

        assertThat(reader.signals).hasSize(10_001);
        assertThat(reader.hasOverlapped).isFalse();
    }

    /** Gives numbered parts by a thread of its own, as they are asked for. */
    private static void pump(Source source, StreamedReply to, int parts) {
        for (int i = 0; i < parts; ) {
            if (source.cancels.get() > 0) {
                return;
            }
            if (source.asked.get() > i) {
                to.onNext(i == parts - 1 ? complete("") : data("" + i));
                i++;
            } else {
                Thread.onSpinWait();
            }
        }
        to.onComplete();
    }

    @Test
    void partsAndDemandAtTheSameTimeLoseNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 1_000; round++) {
                Source from = new Source();
                StreamedReply made = reply(from);
                Reader to = new Reader();
                CyclicBarrier start = new CyclicBarrier(2);
                Future<?> giving = threads.submit(() -> {
                    start.await();
                    pump(from, made, 20);
                    return null;
                });
                Future<?> taking = threads.submit(() -> {
                    start.await();
                    made.subscribe(to);
                    for (int i = 0; i < 19; i++) {
                        to.subscription.request(1);
                    }
                    return null;
                });
                giving.get(20, TimeUnit.SECONDS);
                taking.get(20, TimeUnit.SECONDS);

                List<String> wanted = new ArrayList<>();
                for (int i = 0; i < 19; i++) {
                    wanted.add("" + i);
                }
                wanted.add("complete");
                assertThat(to.signals).isEqualTo(wanted);
                assertThat(to.hasOverlapped).isFalse();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aCancelAgainstPartsEndsItOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 2_000; round++) {
                Source from = new Source();
                StreamedReply made = reply(from);
                Reader to = new Reader();
                to.asksFirst = 3;
                made.onNext(data("first"));
                from.asked.decrementAndGet();
                made.subscribe(to);
                CyclicBarrier start = new CyclicBarrier(2);
                Future<?> giving = threads.submit(() -> {
                    start.await();
                    pump(from, made, 3);
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    start.await();
                    to.subscription.cancel();
                    return null;
                });
                cancelling.get(20, TimeUnit.SECONDS);
                giving.get(20, TimeUnit.SECONDS);

                assertThat(List.of("first", "0", "1", "complete")).startsWith(to.signals.toArray(String[]::new));
                assertThat(to.hasOverlapped).isFalse();
                assertThat(from.cancels.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
