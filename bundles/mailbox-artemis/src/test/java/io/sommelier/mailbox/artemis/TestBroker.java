package io.sommelier.mailbox.artemis;

import static org.awaitility.Awaitility.await;

import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.runtime.artemis.ArtemisState;
import io.sommelier.runtime.artemis.CoreAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A real embedded broker that a test stops and starts on the same directory, and that tells its mailboxes so. */
final class TestBroker {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ArtemisSettings settings;
    private final List<ArtemisMailbox> mailboxes = new CopyOnWriteArrayList<>();
    private final List<ArtemisLink> links = new CopyOnWriteArrayList<>();
    private volatile ArtemisRuntime runtime;

    TestBroker(ArtemisSettings settings) {
        this.settings = settings.withTimes(Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(100));
    }

    static TestBroker in(Path data) {
        return new TestBroker(ArtemisSettings.defaults(data).withAddress("127.0.0.1", ArtemisSettings.Ports.NONE));
    }

    static MailboxSettings quick() {
        return quick(100_000, Duration.ofSeconds(10), Duration.ofMillis(300));
    }

    static MailboxSettings quick(int maxPuts, Duration putLimit, Duration goneAfter) {
        return new MailboxSettings(
                maxPuts,
                1L << 30,
                putLimit,
                Duration.ofHours(1),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                65_536,
                64L << 20,
                goneAfter,
                Duration.ZERO);
    }

    /** Mailboxes of instances are removed when they are idle for a second, and nobody else may put meanwhile. */
    static final IdleTimes QUICKLY = new IdleTimes(
            Duration.ofMillis(1500).toNanos(), Duration.ofMillis(3000).toNanos());

    static MailboxSettings removing() {
        MailboxSettings base = quick();
        return new MailboxSettings(
                base.maxPuts(),
                base.maxPutBytes(),
                base.putLimit(),
                base.clockPeriod(),
                base.retryFirst(),
                base.retryMost(),
                base.maxNotes(),
                base.maxNoteBytes(),
                base.goneAfter(),
                Duration.ofSeconds(1));
    }

    /** A mailbox that follows this broker, and removes those of instances that are idle. */
    ArtemisMailbox removingMailbox(String name) {
        return removingMailbox(name, QUICKLY);
    }

    ArtemisMailbox removingMailbox(String name, IdleTimes times) {
        ArtemisMailbox mailbox = new ArtemisMailbox(name, removing(), System::nanoTime, times);
        follow(mailbox);
        awaitUp(mailbox);
        return mailbox;
    }

    TestBroker start() {
        runtime = new ArtemisRuntime(settings, this::tell);
        runtime.start();
        await().atMost(LIMIT).until(() -> runtime.state().isUp());
        mailboxes.forEach(TestBroker::awaitUp);
        return this;
    }

    private void tell(ArtemisState state) {
        ArtemisRuntime now = runtime;
        mailboxes.forEach(mailbox -> mailbox.broker(now.core()));
        links.forEach(link -> link.broker(now.core()));
    }

    void stop() throws Exception {
        runtime.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    CoreAccess core() {
        return runtime.core().orElseThrow();
    }

    int corePort() {
        return runtime.port("CORE");
    }

    /** A mailbox that follows this broker. */
    ArtemisMailbox mailbox(String name) {
        ArtemisMailbox mailbox = new ArtemisMailbox(name, quick());
        follow(mailbox);
        awaitUp(mailbox);
        return mailbox;
    }

    void follow(ArtemisMailbox mailbox) {
        mailboxes.add(mailbox);
        mailbox.broker(runtime == null ? Optional.empty() : runtime.core());
    }

    /** A link that follows this broker. */
    ArtemisLink link(String name, MailboxSettings linkSettings) {
        ArtemisLink link = new ArtemisLink(name, linkSettings);
        links.add(link);
        link.broker(runtime == null ? Optional.empty() : runtime.core());
        return link;
    }

    ArtemisLink link(String name) {
        return link(name, quick());
    }

    /** Stops a link, as its process would when it ends. */
    void stop(ArtemisLink link) throws Exception {
        links.remove(link);
        link.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Stops a mailbox, as its process would when it ends. */
    void stop(ArtemisMailbox mailbox) throws Exception {
        mailboxes.remove(mailbox);
        mailbox.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    static void awaitUp(ArtemisMailbox mailbox) {
        await().atMost(LIMIT).until(mailbox::isUp);
    }

    void close() throws Exception {
        for (ArtemisLink link : links) {
            stop(link);
        }
        for (ArtemisMailbox mailbox : mailboxes) {
            stop(mailbox);
        }
        stop();
    }
}
