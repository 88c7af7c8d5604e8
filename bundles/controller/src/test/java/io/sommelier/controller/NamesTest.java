package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.HelloRefusedException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connectors may make up names, and do not fill the heap with them; what is forgotten and comes again at once is found. */
@Timeout(60)
class NamesTest {
    private static final int MAX_NAMES = 1000;

    private final Node node = new Node(ControllerSettings.defaults().withMaxNames(MAX_NAMES));
    private int numbers;

    @AfterEach
    void close() {
        node.close();
    }

    private HandChannel serve(String targetId, List<String> operations) {
        HandChannel channel = new HandChannel(4);
        node.join(channel, Hello.of("m" + ++numbers).serves(targetId, operations));
        return channel;
    }

    private Goodbye refusal(String targetId, List<String> operations) {
        Throwable thrown = catchThrowable(() -> serve(targetId, operations));
        assertThat(thrown).isInstanceOf(CompletionException.class);
        return ((HelloRefusedException) thrown.getCause()).goodbye();
    }

    private static List<String> operations(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    private int names() {
        int names = 0;
        for (String target : node.controller.admin().targets().stream()
                .map(view -> view.targetId())
                .toList()) {
            names += node.controller.target(target).rows().size(); // the row of all others stands for the target
        }
        return names;
    }

    @Test
    void targetsBeyondTheLimitAreRefusedAndThoseThatAreKnownAreNot() {
        for (int i = 0; i < MAX_NAMES / 2; i++) {
            serve("t" + i, List.of("pour")).lose();
        }
        assertThat(names()).isEqualTo(MAX_NAMES);

        node.advance(Duration.ofSeconds(2));
        for (int i = 0; i < MAX_NAMES / 2; i++) { // what nobody serves has made room
            serve("u" + i, List.of()).lose();
        }
        Goodbye goodbye = refusal("one-more", List.of("pour"));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.OVERLOADED);
        assertThat(goodbye.comeBack()).isTrue();
        assertThat(goodbye.message()).contains("one-more");
        assertThat(node.controller.target("one-more")).isNull();
        assertThat(names()).isEqualTo(MAX_NAMES);
        serve("u7", List.of());
        assertThat(node.controller.admin().channels()).hasSize(2);
    }

    @Test
    void operationsThatNobodyServesMakeRoomAndTheirCountsStay() {
        HandChannel first = serve("cellar", operations("a", 600));
        RecordingReplyPath path = new RecordingReplyPath();
        node.send(Command.to("cellar", "a7").build(), path);
        first.claimNext();
        first.answer(Part.complete(Payload.empty()).build());
        first.lose();
        node.advance(Duration.ofSeconds(2));

        serve("cellar", operations("b", 600));

        assertThat(node.outcomes()).containsExactly("cellar * COMPLETED 1");
        assertThat(names()).isEqualTo(601);
    }

    @Test
    void operationsThatAreServedMakeNoRoom() {
        serve("cellar", operations("a", 600));
        node.advance(Duration.ofSeconds(2));

        Goodbye goodbye = refusal("cellar", operations("b", 600));

        assertThat(goodbye.reason()).isEqualTo(CloseReason.OVERLOADED);
        assertThat(node.controller.admin().targets().get(0).members()).hasSize(1);
        RecordingReplyPath path = new RecordingReplyPath();
        node.send(Command.to("cellar", "b7").build(), path);
        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
    }

    @Test
    void liveMemberGetsNoMoreNewOperationsThanThereIsRoomFor() {
        HandChannel member = serve("cellar", List.of("pour"));

        for (int i = 0; i < 3; i++) {
            member.peer.operations(Set.copyOf(operations("x" + i + "-", 900)));
        }

        assertThat(names()).isLessThanOrEqualTo(MAX_NAMES);
        assertThat(Node.sessionOf(member).operations()).hasSizeLessThan(900);
    }

    @Test
    void forgottenNamesGiveTheirRoomBack() {
        node.controller.settings(
                ControllerSettings.defaults().withMaxNames(MAX_NAMES).withKnownTargets(Set.of("always")));
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 300; i++) {
                serve("r" + round + "-" + i, List.of("pour")).lose();
            }
            node.advance(Duration.ofHours(25));
            node.controller.forgetTargets();
            assertThat(names()).isEqualTo(1);
        }
    }

    @Test
    void absentInstanceIdsAreBoundedToo() {
        for (int i = 0; i < Registry.MAX_OWNERS + 10; i++) {
            HandChannel channel = new HandChannel(1);
            node.join(channel, Hello.of("passing-" + i));
            channel.peer.closed(new Goodbye(CloseReason.NORMAL, false, ""));
        }

        assertThat(node.controller.rememberedInstances()).isLessThanOrEqualTo(Registry.MAX_OWNERS);
    }

    @Test
    void memberThatComesWhileItsTargetIsForgottenIsFoundByCommands() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < 3000; i++) {
                serve("cellar", List.of("pour")).lose();
                node.advance(Duration.ofHours(25));
                CyclicBarrier together = new CyclicBarrier(3);
                HandChannel[] came = new HandChannel[2];
                Future<?> forgets = threads.submit(() -> {
                    together.await();
                    node.controller.forgetTargets();
                    return null;
                });
                Future<?>[] comes = new Future<?>[2];
                for (int n = 0; n < 2; n++) {
                    int member = n;
                    String instance = "race-" + i + "-" + n;
                    comes[n] = threads.submit(() -> {
                        HandChannel channel = new HandChannel(4);
                        together.await();
                        node.join(
                                channel,
                                Hello.of(instance)
                                        .serves("cellar", List.of("pour"))
                                        .capacity(1));
                        came[member] = channel;
                        return null;
                    });
                }
                forgets.get();
                comes[0].get();
                comes[1].get();

                node.send(Node.pour().build(), new RecordingReplyPath());
                node.send(Node.pour().build(), new RecordingReplyPath());

                assertThat(List.of(came[0].queued(), came[1].queued())).containsExactly(1, 1);
                node.controller.endAll();
                came[0].lose();
                came[1].lose();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
