package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.spi.Mailbox;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullMailboxTest {
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("", "", "node-1", 1);

    @TempDir
    Path data;

    @Test
    void aFullMailboxRefusesOthersDoNotAndItTakesAgainWhenThereIsRoom() throws Exception {
        TestBroker broker = new TestBroker(ArtemisSettings.defaults(data)
                        .withAddress("127.0.0.1", ArtemisSettings.Ports.NONE)
                        .withLimits(new ArtemisSettings.Limits(64 << 10, 64L << 20)))
                .start();
        ArtemisMailbox mailbox = broker.mailbox("one");

        int taken = 0;
        CommandException refusal = null;
        while (refusal == null && taken < 1000) {
            try {
                put(mailbox, "cellar");
                taken++;
            } catch (CompletionException e) {
                refusal = (CommandException) e.getCause();
            }
        }
        assertThat(taken).isBetween(1, 100);
        assertThat(refusal.error().code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
        assertThat(refusal.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(refusal.error().message()).contains("full", "cellar");

        put(mailbox, "attic");
        Recorder recorder = new Recorder(true);
        mailbox.open(Target.of("cellar"), recorder).request(taken);
        recorder.await(taken);
        await().ignoreExceptions().until(() -> {
            put(mailbox, "cellar");
            return true;
        });
        broker.close();
    }

    private static void put(ArtemisMailbox mailbox, String target) {
        Command command = Command.to(target, "pour")
                .durable(true)
                .payload(Payload.copyOf(new byte[2000]))
                .build();
        mailbox.put(command, ORIGIN, command.ttlNanos())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
