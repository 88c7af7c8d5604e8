package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.testkit.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Controllers that share a broker, over TCP: some in this process, some in processes that are killed. */
@Timeout(120)
class ClusterTest {
    @TempDir
    Path data;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private TestBroker broker;
    private int port;

    @BeforeEach
    void start() {
        port = FreePort.next(); // the same after a restart
        broker = new TestBroker(ArtemisSettings.defaults(data.resolve("broker"))
                        .withAddress("127.0.0.1", new ArtemisSettings.Ports(port, -1, -1, -1))
                        .withLimits(new ArtemisSettings.Limits(16L << 20, 128L << 20)))
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        processes.forEach(Process::destroyForcibly);
        for (ClusterNode node : nodes) {
            node.stop();
        }
        broker.close();
    }

    private ClusterNode node(String id) {
        ClusterNode node = new ClusterNode(id, data.resolve(id), port);
        nodes.add(node);
        return node;
    }

    private static Command.Builder command(String operation) {
        return Command.to("cellar", operation).ttl(Duration.ofSeconds(60));
    }

    /** What the broker has: queues of ours, and who reads them. */
    private List<String> queues() throws Exception {
        List<String> queues = new ArrayList<>();
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            session.start();
            ClientRequestor requestor = new ClientRequestor(session, SimpleString.of("activemq.management"));
            ClientMessage question = session.createMessage(false);
            ManagementHelper.putAttribute(question, "broker", "queueNames");
            Object[] names = (Object[]) ManagementHelper.getResult(requestor.request(question));
            for (Object name : names) {
                ClientSession.QueueQuery query = session.queueQuery(SimpleString.of(name.toString()));
                if (name.toString().matches("sommelier\\.(?!clock|news).*")) { // those live as long as a session
                    queues.add(name + " " + query.getMessageCount() + " messages");
                }
            }
            requestor.close();
        }
        queues.sort(null);
        return queues;
    }

    // ---- in one process ----

    @Test
    void repliesReachCallersAtTheOtherControllerAndNothingIsLeftBehind() throws Exception {
        ClusterNode origin = node("north");
        ClusterNode taker = node("south");
        WorkerChannel worker = taker.member("barrel-1");

        List<ClusterNode.Reply> replies = new ArrayList<>();
        for (int sent = 0; sent < 10_000; sent += 500) {
            for (int i = 0; i < 500; i++) {
                replies.add(origin.send(
                        command("pour")
                                .payload(Payload.ofText("glass " + (sent + i)))
                                .build(),
                        1000));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> replies.stream().allMatch(ClusterNode.Reply::ended));
        }

        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.parts).hasSize(1);
            assertThat(reply.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        });
        assertThat(replies.get(4711).terminal().payload().asText()).isEqualTo("glass 4711");
        assertThat(worker.executed).hasSize(10_000).doesNotHaveDuplicates();
        assertThat(origin.controller.admin().inFlight()).isZero();
        assertThat(taker.controller.admin().inFlight()).isZero();
        await().until(() -> taker.mailbox.counts().held() == 0
                && origin.link.counts().onTheirWay() == 0
                && taker.link.counts().onTheirWay() == 0);
        assertThat(queues())
                .containsExactly(
                        "sommelier.command.cellar 0 messages",
                        "sommelier.controller.north 0 messages",
                        "sommelier.controller.south 0 messages");
    }

    @Test
    void slowReaderSlowsTheWorkerAtTheOtherController() {
        ClusterNode origin = node("north");
        WorkerChannel worker = node("south").member("barrel-1");
        int parts = 640; // 40 MiB, through an address that holds 16
        long credit = 512 << 10;

        ClusterNode.Reply reply =
                origin.send(command("count").payload(Payload.ofText("" + parts)).build(), credit);
        await().until(() -> reply.bytes.get() >= credit);
        await().during(Duration.ofMillis(500)).until(() -> worker.sentBytes.get() <= credit + WorkerChannel.PART_BYTES);
        long given = credit;
        long most = 0;
        while (!reply.ended()) {
            long before = given;
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> reply.bytes.get() >= before || reply.ended());
            most = Math.max(most, worker.sentBytes.get() - reply.bytes.get());
            reply.incoming.credit(credit);
            given += credit;
        }

        assertThat(reply.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(reply.terminal().finalCount()).isEqualTo(parts);
        assertThat(reply.parts).hasSize(parts + 1);
        for (int i = 0; i < parts; i++) {
            assertThat(reply.parts.get(i).sequence()).isEqualTo(i);
        }
        assertThat(reply.bytes.get()).isEqualTo((long) parts * WorkerChannel.PART_BYTES);
        assertThat(most).isLessThanOrEqualTo(2 * credit);
    }

    @Test
    void manyStreamsAtOnceWithUnlimitedCreditStayWithinTheWindowOfEach() {
        ClusterNode origin = node("north");
        node("south").member("barrel-1");
        List<ClusterNode.Reply> replies = new ArrayList<>();

        for (int i = 0; i < 20; i++) {
            replies.add(
                    origin.send(command("count").payload(Payload.ofText("100")).build(), Long.MAX_VALUE));
        }

        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.terminal().status()).isEqualTo(PartStatus.COMPLETE);
            assertThat(reply.bytes.get()).isEqualTo(100L * WorkerChannel.PART_BYTES);
        });
    }

    @Test
    void replyLargerThanAMessageOfTheJournalComesWhole() {
        ClusterNode origin = node("north");
        node("south").member("barrel-1");
        byte[] large = new byte[5 << 20];
        Arrays.fill(large, (byte) 7);

        ClusterNode.Reply reply =
                origin.send(command("pour").payload(Payload.copyOf(large)).build(), 1000);

        assertThat(reply.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(reply.bytes.get()).isEqualTo(large.length);
    }

    @Test
    void cancelReachesTheWorkerAtTheOtherController() {
        ClusterNode origin = node("north");
        WorkerChannel worker = node("south").member("barrel-1");
        ClusterNode.Reply reply = origin.send(command("hang").build(), 1000);
        await().until(() -> worker.working() == 1);

        reply.incoming.cancel("the guest left");

        await().until(() -> worker.working() == 0);
        assertThat(worker.cancels.get(0)).contains("the guest left");
        assertThat(reply.error().code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void deadlineEndsTheCommandAtBothControllers() {
        ClusterNode origin = node("north");
        ClusterNode taker = node("south");
        WorkerChannel worker = taker.member("barrel-1");

        ClusterNode.Reply reply =
                origin.send(command("hang").ttl(Duration.ofSeconds(2)).build(), 1000);

        assertThat(reply.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(reply.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        await().until(() -> worker.working() == 0);
        await().until(() -> taker.controller.admin().inFlight() == 0);
    }

    @Test
    void durableCommandIsAnsweredFromTheOtherController() {
        ClusterNode origin = node("north");
        ClusterNode taker = node("south");
        taker.member("barrel-1");

        ClusterNode.Reply reply = origin.send(
                command("pour").durable(true).payload(Payload.ofText("red")).build(), 1000);

        assertThat(reply.terminal().payload().asText()).isEqualTo("red");
        assertThat(reply.admissions).isEqualTo(1);
        await().until(() -> taker.mailbox.counts().done() == 1);
    }

    @Test
    void controllerThatStopsInGoodOrderLosesNothingThatMayWait() throws Exception {
        ClusterNode origin = node("north");
        ClusterNode first = node("south");
        WorkerChannel busy = first.member("barrel-1");
        ClusterNode.Reply atWork = origin.send(command("hang").build(), 1000);
        await().until(() -> busy.working() == 1);

        nodes.remove(first);
        first.stop();
        ClusterNode.Reply after =
                origin.send(command("pour").payload(Payload.ofText("white")).build(), 1000);
        node("west").member("barrel-2");

        assertThat(atWork.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(atWork.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(after.terminal().payload().asText()).isEqualTo("white");
    }

    // ---- the broker goes and comes ----

    @Test
    void replyThatIsReadyWhileTheBrokerIsAwayComesWhenItIsThereAgain() throws Exception {
        ClusterNode origin = node("north");
        java.util.concurrent.CountDownLatch mayAnswer = new java.util.concurrent.CountDownLatch(1);
        WorkerChannel worker = node("south").member("barrel-1", new WorkerChannel(command -> {
            try {
                mayAnswer.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        ClusterNode.Reply reply =
                origin.send(command("pour").payload(Payload.ofText("red")).build(), 1000);
        await().until(() -> worker.working() == 1);

        broker.stop();
        mayAnswer.countDown();
        await().until(() -> worker.working() == 0);
        broker.start();

        assertThat(reply.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(reply.terminal().payload().asText()).isEqualTo("red");
        assertThat(reply.parts).hasSize(1);
    }

    @Test
    void streamOverARestartOfTheBrokerIsWholeOrEndsWithTheTruth() throws Exception {
        ClusterNode origin = node("north");
        ClusterNode taker = node("south");
        WorkerChannel worker = taker.member("barrel-1");
        ClusterNode.Reply reply =
                origin.send(command("count").payload(Payload.ofText("4000")).build(), Long.MAX_VALUE);
        await().until(() -> reply.parts.size() > 100);

        broker.stop();
        broker.start();

        if (reply.terminal().status() == PartStatus.COMPLETE) {
            assertThat(reply.bytes.get()).isEqualTo(4000L * WorkerChannel.PART_BYTES);
        } else {
            assertThat(reply.error().outcome()).isIn(Outcome.UNKNOWN, Outcome.REPLY_LOST);
            assertThat(reply.error().code()).isNotEqualTo(ErrorCode.EXPIRED);
        }
        for (int i = 0; i < reply.parts.size() - 1; i++) {
            assertThat(reply.parts.get(i).sequence()).isEqualTo(i);
        }
        await().until(() -> worker.working() == 0);
        await().until(() -> taker.controller.admin().inFlight() == 0);
    }

    // ---- a process dies ----

    /** A controller with one member, that names what it executes. */
    public static final class Taker {
        private Taker() {}

        /** Runs as the controller, at the broker, with the data directory that are the arguments. */
        public static void main(String[] args) throws InterruptedException {
            ClusterNode node = new ClusterNode(args[0], Path.of(args[2]), Integer.parseInt(args[1]));
            node.member("barrel-of-" + args[0], new WorkerChannel(command -> say("began " + command.id())));
            say("ready");
            Thread.currentThread().join();
        }
    }

    /** A controller whose caller sends one command, and names it when it is in the mailbox. */
    public static final class Sender {
        private Sender() {}

        /** Runs as {@link Taker}; the last argument is the operation, or {@code durable} and it. */
        public static void main(String[] args) throws InterruptedException {
            ClusterNode node = new ClusterNode(args[0], Path.of(args[2]), Integer.parseInt(args[1]));
            Command command = command(args[3])
                    .durable(args.length > 4)
                    .payload(Payload.ofText("1000"))
                    .build();
            ClusterNode.Reply reply = node.send(command, 100);
            await().until(() -> reply.admissions == 1);
            say("sent " + command.id());
            Thread.currentThread().join();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private Process start(Class<?> main, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private static String awaitLine(BufferedReader out, String beginning) throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith(beginning)) {
            line = out.readLine();
        }
        if (line == null) {
            throw new AssertionError("the process ended before it said " + beginning);
        }
        return line.substring(beginning.length()).trim();
    }

    @Test
    void killedControllerIsToldOfAtOnceAndNotAtTheDeadline() throws Exception {
        ClusterNode origin = node("north");
        Process victim =
                start(Taker.class, "south", "" + port, data.resolve("south").toString());
        ClusterNode.Reply reply = origin.send(command("hang").build(), 1000);
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(out, "began");
        }

        victim.destroyForcibly();

        assertThat(reply.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(reply.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(origin.controller.admin().inFlight()).isZero();
    }

    @Test
    void whatAKilledControllerHadIsExecutedByAnotherIfItMayRunTwice() throws Exception {
        ClusterNode origin = node("north");
        Process victim =
                start(Taker.class, "south", "" + port, data.resolve("south").toString());
        ClusterNode.Reply reply =
                origin.send(command("hang").idempotent(true).durable(true).build(), 1000);
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(out, "began");
        }

        victim.destroyForcibly();
        WorkerChannel heir = node("west").member("barrel-2");

        await().atMost(Duration.ofSeconds(20)).until(() -> heir.working() == 1);
        assertThat(heir.attempts).containsExactly(2);
        assertThat(reply.parts).isEmpty();
        reply.incoming.cancel("enough");
        await().until(() -> heir.working() == 0);
    }

    @Test
    void whatAKilledControllerHadIsNotExecutedAgainIfItMayNotRunTwice() throws Exception {
        ClusterNode origin = node("north");
        Process victim =
                start(Taker.class, "south", "" + port, data.resolve("south").toString());
        ClusterNode.Reply reply = origin.send(command("hang").durable(true).build(), 1000);
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(out, "began");
        }
        WorkerChannel other = node("west").member("barrel-2");

        victim.destroyForcibly();

        assertThat(reply.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        await().until(() -> queues().contains("sommelier.command.cellar 0 messages"));
        assertThat(other.executed).isEmpty();
    }

    @Test
    void durableCommandOfAKilledControllerIsExecutedAllTheSame() throws Exception {
        Process victim =
                start(Sender.class, "south", "" + port, data.resolve("south").toString(), "count", "durable");
        CommandId sent;
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            sent = CommandId.parse(awaitLine(out, "sent"));
        }
        victim.destroyForcibly();
        assertThat(victim.waitFor(20, TimeUnit.SECONDS)).isTrue();

        ClusterNode taker = node("west");
        WorkerChannel worker = taker.member("barrel-2");

        await().atMost(Duration.ofSeconds(20)).until(() -> worker.sentBytes.get() == 1000L * WorkerChannel.PART_BYTES);
        assertThat(worker.executed).containsExactly(sent);
        await().until(() -> taker.mailbox.counts().done() == 1);
        await().until(() -> taker.controller.admin().inFlight() == 0);
    }

    @Test
    void streamWhoseReaderIsKilledEndsAtTheWorker() throws Exception {
        ClusterNode taker = node("west");
        WorkerChannel worker = taker.member("barrel-2");
        Process victim =
                start(Sender.class, "south", "" + port, data.resolve("south").toString(), "count");
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(out, "sent");
        }
        await().until(() -> worker.working() == 1);

        victim.destroyForcibly();

        await().atMost(Duration.ofSeconds(20)).until(() -> worker.working() == 0);
        assertThat(worker.cancels).hasSize(1);
        await().until(() -> taker.controller.admin().inFlight() == 0);
    }

    @Test
    void aControllerThatIsKilledAndComesBackUnderItsIdTakesPartAgain() throws Exception {
        ClusterNode origin = node("north");
        String southData = data.resolve("south").toString();
        Process victim = start(Taker.class, "south", "" + port, southData);
        ClusterNode.Reply lost = origin.send(command("hang").build(), 1000);
        try (BufferedReader out = victim.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(out, "began");
        }

        victim.destroyForcibly();
        Process heir = start(Taker.class, "south", "" + port, southData);
        try (BufferedReader out = heir.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(out, "ready");
            ClusterNode.Reply reply =
                    origin.send(command("pour").payload(Payload.ofText("red")).build(), 1000);

            assertThat(lost.error().outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(reply.terminal().payload().asText()).isEqualTo("red");
        }
    }
}
