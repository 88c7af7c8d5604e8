package io.sommelier.mailbox.artemis;

import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.controller.RetrySettings;
import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Peer;
import io.sommelier.spi.ReplyPath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A controller as it is, with mailbox and link at a broker elsewhere, as a process of its own would have them. */
final class ClusterNode {
    final Controller controller;
    final ArtemisMailbox mailbox;
    final ArtemisLink link;
    final Peer caller;
    private final ArtemisRuntime runtime;
    private final List<WorkerChannel> channels = new CopyOnWriteArrayList<>();

    ClusterNode(String id, Path data, int brokerPort) {
        mailbox = new ArtemisMailbox(id, TestBroker.quick());
        link = new ArtemisLink(id, TestBroker.quick());
        ArtemisRuntime[] made = new ArtemisRuntime[1];
        made[0] = new ArtemisRuntime(
                ArtemisSettings.defaults(data)
                        .withUrl("tcp://127.0.0.1:" + brokerPort, "", "")
                        .withTimes(Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(100)),
                state -> {
                    mailbox.broker(made[0].core());
                    link.broker(made[0].core());
                });
        runtime = made[0];
        runtime.start();
        await().atMost(Duration.ofSeconds(30)).until(mailbox::isUp);
        controller = new Controller(
                id,
                ControllerSettings.defaults()
                        .withKnownTargets(Set.of("cellar"))
                        .withRetries(new RetrySettings(Duration.ofMillis(10), Duration.ofMillis(50))));
        controller.mailbox(mailbox);
        controller.link(link);
        await().atMost(Duration.ofSeconds(30)).until(() -> link.problems().isEmpty());
        caller = join(new WorkerChannel(), Hello.of("caller-" + id));
    }

    Peer join(WorkerChannel channel, Hello.Builder hello) {
        channels.add(channel);
        channel.peer =
                controller.hello(channel, hello.build()).toCompletableFuture().join();
        return channel.peer;
    }

    WorkerChannel member(String instance, WorkerChannel channel) {
        join(
                channel,
                Hello.of(instance)
                        .serves("cellar", List.of("pour", "count", "hang"))
                        .capacity(64));
        return channel;
    }

    WorkerChannel member(String instance) {
        return member(instance, new WorkerChannel());
    }

    Reply send(Command command, long credit) {
        Reply reply = new Reply();
        reply.incoming = caller.command(command, credit, reply);
        return reply;
    }

    /** Stops in good order. */
    void stop() throws Exception {
        controller.close(Duration.ofSeconds(2));
        channels.forEach(WorkerChannel::stop);
        link.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
        mailbox.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
        runtime.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Keeps what came back. */
    static final class Reply implements ReplyPath {
        final List<Part> parts = new CopyOnWriteArrayList<>();
        final AtomicLong bytes = new AtomicLong();
        volatile int admissions;
        volatile Incoming incoming;

        @Override
        public void admitted() {
            admissions++;
        }

        @Override
        public void part(Part part) {
            bytes.addAndGet(part.payload().size());
            // the bytes of a long stream are not kept
            parts.add(
                    part.payload().size() > 1024
                            ? part.toBuilder()
                                    .payload(io.sommelier.api.Payload.empty())
                                    .build()
                            : part);
        }

        boolean ended() {
            return !parts.isEmpty() && parts.get(parts.size() - 1).status().isTerminal();
        }

        Part terminal() {
            if (!ended()) {
                await().atMost(Duration.ofSeconds(30)).until(this::ended);
            }
            return parts.get(parts.size() - 1);
        }

        CommandError error() {
            Part last = terminal();
            return last.error().orElseThrow(() -> new AssertionError("no failure but " + last));
        }
    }
}
