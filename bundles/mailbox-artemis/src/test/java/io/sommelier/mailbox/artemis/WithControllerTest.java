package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.spi.Channel;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import io.sommelier.spi.ReplyPath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller as it is, with these mailboxes. */
class WithControllerTest {
    @TempDir
    Path data;

    private final List<MemberChannel> channels = new ArrayList<>();
    private TestBroker broker;
    private ArtemisMailbox mailbox;
    private Controller controller;
    private Peer caller;

    @BeforeEach
    void start() {
        broker = TestBroker.in(data).start();
        mailbox = broker.mailbox("node-1");
        controller = new Controller("node-1", ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));
        controller.mailbox(mailbox);
        caller = join(Hello.of("caller")).peer;
    }

    @AfterEach
    void stop() throws Exception {
        controller.close(Duration.ofSeconds(1));
        channels.forEach(channel -> channel.thread.shutdownNow());
        broker.close();
    }

    private MemberChannel join(Hello.Builder hello) {
        MemberChannel channel = new MemberChannel();
        channels.add(channel);
        channel.peer =
                controller.hello(channel, hello.build()).toCompletableFuture().join();
        return channel;
    }

    private MemberChannel member(String instance) {
        return join(Hello.of(instance).serves("cellar", List.of("pour")).capacity(4));
    }

    private Reply send(Command command) {
        Reply path = new Reply();
        caller.command(command, 1 << 20, path);
        return path;
    }

    private static Command.Builder pour() {
        return Command.to("cellar", "pour").ttl(Duration.ofSeconds(30)).payload(Payload.ofText("red"));
    }

    @Test
    void aCommandForAnAbsentMemberWaitsInTheBrokerAndIsAnsweredWhenTheMemberComes() {
        Reply path = send(pour().build());
        await().until(() -> path.admissions == 1);
        assertThat(path.parts).isEmpty();

        member("barrel-1");

        await().atMost(Duration.ofSeconds(10)).until(() -> !path.parts.isEmpty());
        assertThat(path.parts.get(0).error()).isEmpty();
        assertThat(path.parts.get(0).payload().asText()).isEqualTo("red");
        await().until(() -> mailbox.counts().done() == 1);
        assertThat(mailbox.counts().held()).isZero();
    }

    @Test
    void aDurableCommandIsOnDiskFirstAndThenAnsweredByTheMemberThatIsThere() {
        MemberChannel member = member("barrel-1");

        List<Reply> paths = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            paths.add(send(pour().durable(true).build()));
        }

        await().atMost(Duration.ofSeconds(20))
                .until(() -> paths.stream().allMatch(path -> path.admissions == 1 && path.parts.size() == 1));
        assertThat(paths).allMatch(path -> path.parts.get(0).status() == PartStatus.COMPLETE);
        assertThat(member.executed).hasSize(100).doesNotHaveDuplicates();
        await().until(() -> mailbox.counts().done() == 100);
    }

    @Test
    void aDurableCommandWhoseCallerDiesWhileAWorkerHasItIsExecutedOnceAndGoneFromTheBroker() {
        WorkerChannel worker = new WorkerChannel();
        worker.peer = controller
                .hello(
                        worker,
                        Hello.of("barrel-1")
                                .serves("cellar", List.of("count"))
                                .capacity(4)
                                .build())
                .toCompletableFuture()
                .join();
        Reply path = new Reply();
        Command command = Command.to("cellar", "count")
                .ttl(Duration.ofSeconds(30))
                .durable(true)
                .payload(Payload.ofText("40"))
                .build();
        Incoming call = caller.command(command, 1, path); // the worker waits for credit behind the first part
        await().until(() -> worker.sentBytes.get() > 0);

        call.callerGone("the socket was closed");
        caller.closed(new Goodbye(CloseReason.LOST, true, "the socket was closed"));

        await().until(() -> mailbox.counts().done() == 1);
        assertThat(mailbox.counts().held()).isZero();
        assertThat(worker.sentBytes).hasValue(40L * WorkerChannel.PART_BYTES);
        assertThat(worker.executed).containsExactly(command.id());
        assertThat(worker.cancels).isEmpty();
        assertThat(path.parts).hasSize(1);
        assertThat(controller.admin().inFlight()).isZero();
        worker.stop();
    }

    @Test
    void aCommandThatExpiresWhileItWaitsIsNeverExecuted() {
        Reply path = send(pour().ttl(Duration.ofMillis(300)).build());
        await().until(() -> !path.parts.isEmpty());
        assertThat(path.parts.get(0).error().orElseThrow().code()).isEqualTo(ErrorCode.EXPIRED);

        MemberChannel member = member("barrel-1");

        await().until(() -> mailbox.counts().done() == 1);
        assertThat(member.executed).isEmpty();
    }

    @Test
    void aCommandForAnAbsentInstanceWaitsForThatInstanceAndNoSiblingGetsIt() {
        MemberChannel sibling = member("barrel-1");
        Reply path = send(Command.to(new Target("cellar", "barrel.2"), "pour")
                .ttl(Duration.ofSeconds(30))
                .build());
        await().until(() -> path.admissions == 1);

        MemberChannel named = member("barrel.2");

        await().until(() -> !path.parts.isEmpty());
        assertThat(path.parts.get(0).status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(named.executed).hasSize(1);
        assertThat(sibling.executed).isEmpty();
    }

    /** Keeps what came back. */
    private static final class Reply implements ReplyPath {
        private final List<Part> parts = new CopyOnWriteArrayList<>();
        private volatile int admissions;

        @Override
        public void admitted() {
            admissions++;
        }

        @Override
        public void part(Part part) {
            parts.add(part);
        }
    }

    /** A channel whose member answers each command with its own payload, on a thread of its own. */
    private static final class MemberChannel implements Channel {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final List<CommandId> executed = new CopyOnWriteArrayList<>();
        private volatile Peer peer;

        @Override
        public String transport() {
            return "test";
        }

        @Override
        public String remoteAddress() {
            return "here";
        }

        @Override
        public boolean offer(Outgoing outgoing) {
            try {
                thread.execute(() -> {
                    if (outgoing.claim()) {
                        Command command = outgoing.command();
                        outgoing.initialCredit();
                        executed.add(command.id());
                        outgoing.part(Part.complete(command.payload()).build());
                    }
                });
                return true;
            } catch (RejectedExecutionException e) {
                return false;
            }
        }

        @Override
        public void credit(Outgoing outgoing, long bytes) {
            // answers need none
        }

        @Override
        public void cancel(Outgoing outgoing, String reason) {
            // answers at once
        }

        @Override
        public CompletionStage<Void> probe() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close(Goodbye goodbye) {
            thread.shutdown();
        }
    }
}
