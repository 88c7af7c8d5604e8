package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import org.junit.jupiter.api.Test;

/** Messages that are larger than a channel carries. */
interface LimitPromises extends WorldAccess {
    int LIMIT = 64 * 1024;

    private static World opened(WorldAccess access) {
        World world = access.open(WorldSettings.defaults().withMaxMessageBytes(LIMIT));
        world.member(MemberPlan.of(TARGET, "a")
                .serving(POUR, ECHO)
                .serving("flood", CommandHandler.answering(invocation -> Payload.copyOf(new byte[LIMIT + 1]))));
        return world;
    }

    private static void assertGoesOn(World world) throws InterruptedException {
        assertThat(textOf(world.caller()
                        .send(Command.to(TARGET, POUR).payload(WINE).build())))
                .isEqualTo("wine");
    }

    @Test
    default void aCommandAboveTheLimitIsNotSentAndItsChannelGoesOn() throws Exception {
        World world = opened(this);
        assumeTrue(world.limitsMessages(), "the transport has such a limit");

        CommandError error = errorOf(world.caller()
                .send(Command.to(TARGET, POUR)
                        .payload(Payload.copyOf(new byte[LIMIT + 1]))
                        .build()));

        assertThat(error.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
        assertThat(error.outcome()).isIn(Outcome.NOT_SENT, Outcome.REFUSED);
        assertGoesOn(world);
    }

    @Test
    default void aReplyAboveTheLimitIsLostAndItsChannelGoesOn() throws Exception {
        World world = opened(this);
        assumeTrue(world.limitsMessages(), "the transport has such a limit");

        assertError(
                world.caller().send(Command.to(TARGET, "flood").build()),
                ErrorCode.REPLY_TOO_LARGE,
                Outcome.REPLY_LOST);
        assertGoesOn(world);
    }

    @Test
    default void messagesOfExactlyTheLimitPassBothWays() throws Exception {
        World world = opened(this);
        Payload full = Payload.copyOf(new byte[LIMIT]);

        assertThat(reply(world.caller()
                                .send(Command.to(TARGET, POUR).payload(full).build()))
                        .payload())
                .isEqualTo(full);
    }
}
