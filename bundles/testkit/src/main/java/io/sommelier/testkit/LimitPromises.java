package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.errorOf;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
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

        Call call = world.caller()
                .send(Command.to(TARGET, POUR)
                        .payload(Payload.copyOf(new byte[LIMIT + 1]))
                        .build());

        if (world.limitsMessages()) {
            CommandError error = errorOf(call);
            assertThat(error.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE);
            assertThat(error.outcome()).isIn(Outcome.NOT_SENT, Outcome.REFUSED);
        } else {
            assertThat(reply(call).payload().size()).isEqualTo(LIMIT + 1);
        }
        assertGoesOn(world);
    }

    @Test
    default void aReplyAboveTheLimitIsLostAndItsChannelGoesOn() throws Exception {
        World world = opened(this);

        Call call = world.caller().send(Command.to(TARGET, "flood").build());

        if (world.limitsMessages()) {
            assertError(call, ErrorCode.REPLY_TOO_LARGE, Outcome.REPLY_LOST);
        } else {
            assertThat(reply(call).payload().size()).isEqualTo(LIMIT + 1);
        }
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
