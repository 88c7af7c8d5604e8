package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.spi.Mailbox;
import io.sommelier.testkit.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mailbox of an instance is made by the first command for it, and whoever has it open gets that command. */
@Timeout(120)
class InstanceMailboxTest {
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("", "anna", "node-1", 1);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path data;

    private TestBroker broker;
    private ArtemisMailbox one;
    private ArtemisMailbox other;

    @BeforeEach
    void start() {
        broker = TestBroker.in(data.resolve("broker")).start();
        one = broker.mailbox("one");
        other = broker.mailbox("other");
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static Target barrel(Object number) {
        return new Target("cellar", "barrel-" + number);
    }

    private static CommandId put(ArtemisMailbox mailbox, Target to) {
        Command command =
                Command.to(to, "pour").ttl(Duration.ofMinutes(5)).durable(true).build();
        mailbox.put(command, ORIGIN, command.ttlNanos())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        return command.id();
    }

    private static List<CommandId> ids(List<Mailbox.Waiting> waiting) {
        return waiting.stream().map(each -> each.command().id()).toList();
    }

    private Recorder open(Target address) {
        Recorder recorder = new Recorder(true);
        one.open(address, recorder).request(100);
        return recorder;
    }

    /** Returns when all that was opened before has been looked at: they take turns, and this is the last. */
    private void awaitLooked() {
        Target last = barrel("last");
        CommandId waits = put(other, last);
        Recorder recorder = open(last);
        assertThat(ids(recorder.await(1))).containsExactly(waits);
    }

    /** Deletes a queue that is in use. The answer says nothing: the broker also fails when a consumer is closed while it is about to close it itself. */
    private void destroy(String queue) throws Exception {
        ask(broker.core(), "broker", "destroyQueue", queue, true);
    }

    private static Object management(CoreAccess core, String resource, String operation, Object... arguments)
            throws Exception {
        ClientMessage answer = ask(core, resource, operation, arguments);
        assertThat(ManagementHelper.hasOperationSucceeded(answer)).isTrue();
        return ManagementHelper.getResult(answer);
    }

    private static ClientMessage ask(CoreAccess core, String resource, String operation, Object... arguments)
            throws Exception {
        try (ClientSessionFactory connection = core.connect();
                ClientSession session = core.open(connection)) {
            session.start();
            ClientRequestor requestor = new ClientRequestor(session, SimpleString.of("activemq.management"));
            ClientMessage question = session.createMessage(false);
            ManagementHelper.putOperationInvocation(question, resource, operation, arguments);
            ClientMessage answer = requestor.request(question);
            requestor.close();
            return answer;
        }
    }

    private static List<String> mailboxes(CoreAccess core) throws Exception {
        return Stream.of((Object[]) management(core, "broker", "getQueueNames"))
                .map(Object::toString)
                .filter(name -> name.startsWith("sommelier.command."))
                .sorted()
                .toList();
    }

    private static int consumers(CoreAccess core, Target address) throws Exception {
        try (ClientSessionFactory connection = core.connect();
                ClientSession session = core.open(connection)) {
            return session.queueQuery(SimpleString.of(QueueNames.of(address))).getConsumerCount();
        }
    }

    @Test
    void aThousandIdleInstancesHaveNoQueueAndTheFirstCommandReachesEach() throws Exception {
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            recorders.add(open(barrel(i)));
        }
        awaitLooked();

        assertThat(mailboxes(broker.core())).containsExactly("sommelier.command.cellar.barrel-last");

        for (int i = 0; i < 1000; i += 100) {
            CommandId first = put(i % 200 == 0 ? one : other, barrel(i));
            assertThat(ids(recorders.get(i).await(1))).containsExactly(first);
            CommandId second = put(other, barrel(i));
            assertThat(ids(recorders.get(i).await(2))).containsExactly(first, second);
        }
        assertThat(mailboxes(broker.core())).hasSize(11);
    }

    @Test
    void theMailboxOfATargetIsThereAsSoonAsItIsOpen() {
        open(Target.of("cellar"));

        await().until(() -> mailboxes(broker.core()).equals(List.of("sommelier.command.cellar")));
    }

    @Test
    void anInstanceThatNothingIsAskedForHasNoQueueAndNoConsumerLater() throws Exception {
        Recorder recorder = new Recorder(true);
        Mailbox.Intake intake = one.open(barrel(1), recorder);
        awaitLooked();
        CommandId waits = put(one, barrel(1));
        awaitLooked(barrel("second"));
        assertThat(consumers(broker.core(), barrel(1))).isZero();

        intake.request(1);

        assertThat(ids(recorder.await(1))).containsExactly(waits);
    }

    private void awaitLooked(Target last) {
        CommandId waits = put(other, last);
        assertThat(ids(open(last).await(1))).containsExactly(waits);
    }

    @Test
    void whatWaitedFromBeforeARestartOfAllComesWhenTheInstanceIsThere() throws Exception {
        CommandId first = put(one, barrel(1));
        CommandId second = put(other, barrel(1));
        broker.stop(one);
        broker.stop();
        broker.start();
        one = broker.mailbox("again");

        assertThat(ids(open(barrel(1)).await(2))).containsExactly(first, second);
    }

    @Test
    void idleInstancesGoOnAfterRestartsWithAndWithoutTheirMailbox() throws Exception {
        Recorder used = open(barrel(1));
        Recorder idle = open(barrel(2));
        CommandId first = put(other, barrel(1));
        assertThat(ids(used.await(1))).containsExactly(first);

        for (int round = 2; round <= 3; round++) {
            broker.stop();
            broker.start();
            put(round % 2 == 0 ? one : other, barrel(1));
            used.await(round);
        }

        assertThat(mailboxes(broker.core())).containsExactly("sommelier.command.cellar.barrel-1");
        CommandId late = put(other, barrel(2));
        assertThat(ids(idle.await(1))).containsExactly(late);
    }

    @Test
    void whatIsPutWhileTheReaderIsBeingConnectedIsNotMissed() throws Exception {
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            recorders.add(open(barrel(i)));
        }
        for (int round = 0; round < 40; round++) {
            if (round % 8 == 0) {
                broker.stop(other);
                one.broker(java.util.Optional.empty());
                other = broker.mailbox("other");
                one.broker(java.util.Optional.of(broker.core()));
            }
            CommandId id = put(other, barrel(round));
            assertThat(ids(recorders.get(round).await(1))).containsExactly(id);
        }
    }

    @Test
    void anAdministratorDeletesMailboxesAndTheNextCommandsCome() throws Exception {
        Recorder used = open(barrel(1));
        put(one, barrel(1));
        used.await(1);
        Recorder ofTarget = open(Target.of("cellar"));
        put(one, Target.of("cellar"));
        ofTarget.await(1);

        destroy("sommelier.command.cellar.barrel-1");
        destroy("sommelier.command.cellar");
        await().until(() -> mailboxes(broker.core()).equals(List.of("sommelier.command.cellar")));
        ArtemisMailbox third = broker.mailbox("third"); // remembers no queues

        CommandId again = put(third, barrel(1));
        assertThat(ids(used.await(2))).contains(again);
        CommandId toTarget = put(third, Target.of("cellar"));
        assertThat(ids(ofTarget.await(2))).contains(toTarget);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "barrel-1"})
    void aPutRightAfterAnAdministratorDeletedTheMailboxIsNotThrownAway(String instance) throws Exception {
        Target to = instance.isEmpty() ? Target.of("cellar") : new Target("cellar", instance);
        put(one, to); // and remembers that the queue is there
        destroy(QueueNames.of(to));

        CommandId after = put(one, to);
        CommandId next = put(one, to);

        assertThat(ids(open(to).await(2))).containsExactly(after, next);
    }

    @Test
    void noPutIsConfirmedAndThrownAwayHoweverOftenTheMailboxIsDeleted() throws Exception {
        List<CommandId> confirmed = new ArrayList<>();
        Target to = barrel(1);
        CompletableFuture<Void> administrator = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 20; i++) {
                    destroy(QueueNames.of(to));
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        while (!administrator.isDone()) {
            put(one, to);
        }
        administrator.get(20, TimeUnit.SECONDS);
        for (int i = 0; i < 5; i++) { // nothing is deleted any more
            confirmed.add(put(one, to));
        }

        Recorder recorder = open(to);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(ids(recorder.came())).containsAll(confirmed));
    }

    @Test
    void whereTheBrokerMakesNoQueuesItselfAPutMakesAMissingOneAndIsSentAgain() throws Exception {
        int port = FreePort.next();
        ActiveMQServerImpl foreign = foreign(port, true);
        foreign.getConfiguration()
                .addAddressSetting("sommelier.command.#", new AddressSettings().setAutoCreateQueues(false));
        foreign.start();
        try (Outside outside = new Outside(port)) {
            put(outside.mailbox, barrel(1));
            foreign.destroyQueue(SimpleString.of(QueueNames.of(barrel(1))));

            CommandId after = put(outside.mailbox, barrel(1));
            CommandId next = put(outside.mailbox, barrel(1));

            Recorder recorder = new Recorder(true);
            outside.mailbox.open(barrel(1), recorder).request(5);
            assertThat(ids(recorder.await(2))).containsExactly(after, next);
        } finally {
            foreign.stop();
        }
    }

    @Test
    void aMailboxThatIsDeletedWhileACommandIsHeldGoesOnWithTheNext() throws Exception {
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = one.open(barrel(1), recorder);
        intake.request(1);
        put(one, barrel(1));
        Mailbox.Waiting held = recorder.await(1).get(0);

        destroy("sommelier.command.cellar.barrel-1");
        await().until(() -> mailboxes(broker.core()).isEmpty());
        ArtemisMailbox third = broker.mailbox("third");
        CommandId next = put(third, barrel(1));
        held.done(); // its consumer is of no use any more
        intake.request(1);
        assertThat(ids(recorder.await(2))).contains(next);
        recorder.came().get(1).done();
        intake.request(1);
        CommandId last = put(third, barrel(1));

        assertThat(ids(recorder.await(3))).contains(last);
    }

    @Test
    void aClosedIntakeIsNotWokenAndOneThatIsOpenedAgainIs() throws Exception {
        Recorder closed = new Recorder(true);
        Mailbox.Intake intake = one.open(barrel(1), closed);
        intake.request(1);
        awaitLooked();
        intake.close();
        CommandId waits = put(other, barrel(1));
        awaitLooked(barrel("second"));
        assertThat(consumers(broker.core(), barrel(1))).isZero();

        assertThat(ids(open(barrel(1)).await(1))).containsExactly(waits);
        assertThat(closed.came()).isEmpty();
    }

    @Test
    void noFirstCommandIsMissedHoweverPutAndOpenMeet() throws Exception {
        int rounds = 300;
        CyclicBarrier barrier = new CyclicBarrier(3);
        List<Recorder> recorders = new ArrayList<>();
        List<CommandId> expected = new ArrayList<>();
        CompletableFuture<Void> opener = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < rounds; i++) {
                meet(barrier);
                recorders.add(open(barrel(i)));
            }
        });
        CompletableFuture<Void> crowd = CompletableFuture.runAsync(
                () -> { // opens and closes the same ones
                    for (int i = 0; i < rounds; i++) {
                        meet(barrier);
                        Mailbox.Intake brief = one.open(barrel(i), new Recorder());
                        brief.request(1);
                        brief.close();
                    }
                });
        for (int i = 0; i < rounds; i++) {
            meet(barrier);
            for (int spin = i % 30 * 100; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            expected.add(put(i % 3 == 0 ? one : other, barrel(i)));
        }
        CompletableFuture.allOf(opener, crowd).get(60, TimeUnit.SECONDS);

        for (int i = 0; i < rounds; i++) {
            Recorder recorder = recorders.get(i);
            await().atMost(LIMIT).until(() -> !recorder.came().isEmpty());
            assertThat(ids(recorder.came())).contains(expected.get(i));
        }
    }

    @Test
    void anInstanceWhoseFirstCommandABrokerThatIsFullRefusedGetsTheNext() throws Exception {
        TestBroker small = new TestBroker(ArtemisSettings.defaults(data.resolve("small"))
                        .withAddress("127.0.0.1", ArtemisSettings.Ports.NONE)
                        .withLimits(new ArtemisSettings.Limits(2L << 20, 2L << 20)))
                .start();
        try {
            ArtemisMailbox here = small.mailbox("here");
            ArtemisMailbox there = small.mailbox("there");
            Recorder recorder = new Recorder(true);
            here.open(barrel(1), recorder).request(5);
            while (isTaken(there, Target.of("full"), "x".repeat(50_000))) {
                assertThat(there.counts().put()).isLessThan(1000);
            }
            assertThat(isTaken(there, barrel(1), "x".repeat(50_000))).isFalse();

            Recorder rest = new Recorder(true);
            here.open(Target.of("full"), rest).request(1000);
            await().atMost(LIMIT)
                    .until(() -> here.counts().done() == there.counts().put());
            await().atMost(LIMIT).until(() -> isTaken(there, barrel(1), ""));

            recorder.await(1);
        } finally {
            small.close();
        }
    }

    private static boolean isTaken(ArtemisMailbox mailbox, Target to, String payload) {
        Command command =
                Command.to(to, "pour").payload(Payload.ofText(payload)).build();
        return mailbox.put(command, ORIGIN, command.ttlNanos())
                .handle((done, failure) -> failure == null)
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A broker of somebody else, who forbids its news, or tells them at another address. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereTheBrokerTellsNoNewsTheMailboxIsMadeAtOnce(boolean forbids) throws Exception {
        int port = FreePort.next();
        ActiveMQServerImpl foreign = foreign(port, forbids);
        foreign.start();
        try (Outside outside = new Outside(port)) {
            Recorder recorder = new Recorder(true);
            outside.mailbox.open(barrel(1), recorder).request(5);

            await().until(() -> consumers(outside.core(), barrel(1)) == 1);
            CommandId id = put(outside.mailbox, barrel(1));
            assertThat(ids(recorder.await(1))).containsExactly(id);
        } finally {
            foreign.stop();
        }
    }

    /** A mailbox at a broker of somebody else. */
    private final class Outside implements AutoCloseable {
        final ArtemisMailbox mailbox = new ArtemisMailbox("outside", TestBroker.quick());
        private final ArtemisRuntime runtime;

        Outside(int port) {
            ArtemisRuntime[] made = new ArtemisRuntime[1];
            made[0] = new ArtemisRuntime(
                    ArtemisSettings.defaults(data.resolve("outside"))
                            .withUrl("tcp://127.0.0.1:" + port, "anna", "secret")
                            .withTimes(Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(100)),
                    state -> mailbox.broker(made[0].core()));
            runtime = made[0];
            runtime.start();
            TestBroker.awaitUp(mailbox);
        }

        CoreAccess core() {
            return runtime.core().orElseThrow();
        }

        @Override
        public void close() {
            mailbox.stop().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
            runtime.stop().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private static ActiveMQServerImpl foreign(int port, boolean forbids) throws Exception {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration.setPersistenceEnabled(false);
        configuration.setJMXManagementEnabled(false);
        configuration.setSecurityEnabled(true);
        configuration.putSecurityRoles("#", Set.of(all("everybody")));
        if (forbids) {
            configuration.putSecurityRoles("activemq.notifications", Set.of(all("nobody")));
        } else {
            configuration.setManagementNotificationAddress(SimpleString.of("news.elsewhere"));
        }
        configuration.addAddressSetting("sommelier.#", new AddressSettings().setEnableIngressTimestamp(true));
        configuration.addAcceptorConfiguration(new TransportConfiguration(
                NettyAcceptorFactory.class.getName(),
                Map.of(TransportConstants.HOST_PROP_NAME, "127.0.0.1", TransportConstants.PORT_PROP_NAME, port),
                "core"));
        return new ActiveMQServerImpl(configuration, new Guard());
    }

    private static Role all(String name) {
        return new Role(name, true, true, true, true, true, true, true, true, true, true, true, true);
    }

    /** Knows one role. */
    private static final class Guard implements ActiveMQSecurityManager {
        @Override
        public boolean validateUser(String user, String password) {
            return true;
        }

        @Override
        public boolean validateUserAndRole(String user, String password, Set<Role> roles, CheckType checkType) {
            return roles.stream().anyMatch(role -> role.getName().equals("everybody") && checkType.hasRole(role));
        }
    }
}
