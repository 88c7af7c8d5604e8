package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandIdTest {
    @Test
    void textIsAUuidInLowerCaseAndLeadsBackToTheId() {
        CommandId id = new CommandId(0x0192_1234_5678_7abcL, 0x8def_0123_4567_89abL);

        assertThat(id).hasToString("01921234-5678-7abc-8def-0123456789ab");
        assertThat(CommandId.parse(id.toString())).isEqualTo(id);
    }

    @Test
    void upperCaseIsReadToo() {
        CommandId id = CommandId.parse("01921234-5678-7ABC-8DEF-0123456789AB");

        assertThat(id).isEqualTo(new CommandId(0x0192_1234_5678_7abcL, 0x8def_0123_4567_89abL));
    }

    @Test
    void idsAtTheEndsOfTheRangeAreReadBack() {
        CommandId least = new CommandId(0, 0);
        CommandId most = new CommandId(-1, -1);

        assertThat(CommandId.parse(least.toString())).isEqualTo(least);
        assertThat(CommandId.parse(most.toString())).isEqualTo(most);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "claret",
                "1-1-1-1-1",
                "01921234-5678-7abc-8def-0123456789a",
                "01921234-5678-7abc-8def-0123456789abc",
                "01921234-5678-7abc-8def-0123456789ag",
                "019212345-678-7abc-8def-0123456789ab",
                "01921234567-87abc-8def-0123456789ab1",
                " 1921234-5678-7abc-8def-0123456789ab",
                "01921234+5678+7abc+8def+0123456789ab"
            })
    void textThatIsNoUuidIsRefusedWithWhatIsAllowed(String text) {
        assertThatThrownBy(() -> CommandId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusalNamesTheTextAndTheForm() {
        assertThatThrownBy(() -> CommandId.parse("1-1-1-1-1"))
                .hasMessage("'1-1-1-1-1' is no command id, allowed is a UUID: 32 hexadecimal digits as 8-4-4-4-12");
    }

    @Test
    void randomIdHasTheLayoutOfVersionSeven() {
        UUID uuid = UUID.fromString(CommandId.random().toString());

        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
    }

    @Test
    void idsSortByTheTimeTheyStartWith() {
        CommandId[] ids = new CommandId[1000];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = CommandId.random();
        }

        for (CommandId one : ids) {
            for (CommandId other : ids) {
                int byTime = Long.compare(one.high() >>> 16, other.high() >>> 16);
                if (byTime != 0) {
                    assertThat(Integer.signum(one.toString().compareTo(other.toString())))
                            .isEqualTo(byTime);
                }
            }
        }
        assertThat(new CommandId(5L << 16 | 0x7fff, -1).toString())
                .isLessThan(new CommandId(6L << 16 | 0x7000, 0).toString());
    }

    @Test
    void randomIdsDiffer() {
        Set<CommandId> ids = new HashSet<>();

        for (int i = 0; i < 100_000; i++) {
            ids.add(CommandId.random());
        }

        assertThat(ids).hasSize(100_000);
    }

    @Test
    void hashSpreadsOverTheUpperBitsThatTheTableOfLiveCommandsPicksBy() {
        int[] perStripe = new int[64];

        for (int i = 0; i < 64_000; i++) {
            perStripe[CommandId.random().hashCode() >>> 26]++;
        }

        for (int count : perStripe) {
            assertThat(count).isBetween(500, 1500);
        }
    }
}
