package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.spi.Context;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.PipelineHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers that do anything at random: each command is executed or refused once, and its reply has one terminal, in order. */
class ChainFuzzTest {
    private static final int RUNS = 3000;
    private static final int PARTS = 6;

    private final ExecutorService stagePool = Executors.newFixedThreadPool(2);
    private final ExecutorService callers = Executors.newFixedThreadPool(3);
    private final HandlerChain chain = new HandlerChain(new PipelineSettings(1024, 256, 2, 100, 1000));

    @AfterEach
    void stop() {
        stagePool.shutdownNow();
        callers.shutdownNow();
        chain.close();
    }

    /** Does what the dice say; half of the time nothing. {@code odds} is the share of mischief in a thousand. */
    private final class Mischief implements PipelineHandler {
        private final int odds;

        Mischief(int odds) {
            this.odds = odds;
        }

        @Override
        public CompletionStage<Void> down(Context context) {
            return act(context);
        }

        @Override
        public CompletionStage<Void> up(Context context) {
            return act(context);
        }

        private CompletionStage<Void> act(Context context) {
            int dice = ThreadLocalRandom.current().nextInt(1000);
            if (dice >= odds) {
                return switch (dice % 4) {
                    case 0 -> CompletableFuture.runAsync(() -> change(context), stagePool);
                    case 1 -> CompletableFuture.completedStage(null);
                    case 2 -> {
                        change(context);
                        yield NEXT;
                    }
                    default -> NEXT;
                };
            }
            return switch (dice % 7) {
                case 0 -> throw new IllegalStateException("thrown");
                case 1 -> throw new CommandException(error(ErrorCode.FORBIDDEN, Outcome.REFUSED));
                case 2 -> null;
                case 3 -> CompletableFuture.failedFuture(new IllegalStateException("failed"));
                case 4 ->
                    CompletableFuture.runAsync(
                            () -> {
                                context.fail(error(ErrorCode.QUOTA_EXCEEDED, Outcome.EXECUTED));
                                context.fail(error(ErrorCode.FORBIDDEN, Outcome.NOT_SENT));
                            },
                            stagePool);
                case 5 -> {
                    context.part(Part.complete(Payload.empty()).build());
                    yield NEXT;
                }
                default -> new CompletableFuture<>(); // never
            };
        }

        private void change(Context context) {
            context.part()
                    .ifPresent(part ->
                            context.part(part.toBuilder().suggestedStatus(200).build()));
        }
    }

    /** One command with its end; it answers itself from another thread. */
    private final class Guest extends RecordingEnd {
        final Pipeline.Run run = open(chain, this);
        final CompletableFuture<Void> answered = new CompletableFuture<>();

        @Override
        public void execute(io.sommelier.api.Command command) {
            super.execute(command);
            callers.execute(() -> {
                for (int i = 0; i < PARTS; i++) {
                    run.up(Part.data(Payload.ofText(Integer.toString(i)))
                            .sequence(i)
                            .build());
                }
                run.up(complete("end"));
                answered.complete(null);
            });
        }

        @Override
        public void refuse(io.sommelier.api.CommandError error) {
            super.refuse(error);
            run.up(Part.failed(error).build());
            answered.complete(null);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverHandlersDoThereIsOneEndDownAndOneUpInOrder(long seed) {
        Random random = new Random(seed);
        int handlers = 3 + random.nextInt(8);
        int odds = seed % 3 == 0 ? 300 : 30;
        for (int i = 0; i < handlers; i++) {
            Map<String, Object> properties = new HashMap<>();
            properties.put(PipelineHandler.PHASE, Phase.values()[random.nextInt(Phase.values().length)]);
            properties.put(PipelineHandler.RUNS_ON_ERROR, random.nextInt(3) == 0);
            properties.put(PipelineHandler.BLOCKING, random.nextInt(5) == 0);
            properties.put("service.ranking", random.nextInt(10));
            chain.add(new Mischief(odds), properties);
        }

        List<Guest> guests = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Void>> drivers = new ArrayList<>();
        for (int driver = 0; driver < 3; driver++) {
            drivers.add(CompletableFuture.runAsync(
                    () -> {
                        List<Guest> mine = new ArrayList<>();
                        for (int i = 0; i < RUNS / 3; i++) {
                            Guest guest = new Guest();
                            mine.add(guest);
                            guest.run.down();
                            if (i % 50 == 0) { // the caller gives up, in the middle of whatever happens
                                guest.run.up(failed(ErrorCode.CANCELLED, Outcome.UNKNOWN));
                            }
                        }
                        guests.addAll(mine);
                    },
                    callers));
        }
        drivers.forEach(CompletableFuture::join);
        // Only what is stuck for ever is left when nothing moves any more; then the deadline comes for all.
        eventually(new Standstill(guests)::isReached);
        guests.forEach(guest -> guest.run.up(failed(ErrorCode.EXPIRED, Outcome.UNKNOWN)));

        eventually(() -> guests.stream().allMatch(guest -> guest.terminals() >= 1));
        assertThat(guests).hasSize(RUNS).allSatisfy(ChainFuzzTest::isWellServed);
        assertThat(chain.view().commands()).isEqualTo(RUNS);
        long ends = chain.view().completed()
                + chain.view().failed().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        assertThat(ends).isEqualTo(RUNS);
    }

    private static final class Standstill {
        private final List<Guest> guests;
        private long before = -1;

        Standstill(List<Guest> guests) {
            this.guests = guests;
        }

        boolean isReached() {
            long now = 0;
            for (Guest guest : guests) {
                now += guest.sent.size() + guest.executed.size() + guest.refused.size();
            }
            boolean isSame = now == before;
            before = now;
            return isSame;
        }
    }

    private static void isWellServed(Guest guest) {
        assertThat(guest.overlaps).hasValue(0);
        assertThat(guest.executed.size() + guest.refused.size()).isLessThanOrEqualTo(1);
        assertThat(guest.terminals()).isEqualTo(1);
        assertThat(guest.last().status().isTerminal()).isTrue();
        assertThat(guest.aborted.size()).isLessThanOrEqualTo(1);
        List<Part> data = guest.sent.subList(0, guest.sent.size() - 1);
        for (int i = 0; i < data.size(); i++) {
            assertThat(data.get(i).status()).isEqualTo(PartStatus.DATA);
            assertThat(data.get(i).sequence()).isEqualTo(i);
        }
        assertThat(guest.last().finalCount()).isEqualTo(data.size());
        boolean isControllersWord = guest.last().error().stream()
                .anyMatch(error -> error.code() == ErrorCode.EXPIRED || error.code() == ErrorCode.CANCELLED);
        if (!isControllersWord) {
            assertThat(guest.executed.size() + guest.refused.size()).isEqualTo(1);
        }
        if (guest.last().status() == PartStatus.COMPLETE) {
            assertThat(data).hasSize(PARTS);
            assertThat(guest.executed).hasSize(1);
        }
    }
}
