package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.spi.Strategy;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeastStrategyTest {
    private final Strategy least = new LeastStrategy();
    private final Command command = Node.pour().build();

    /** Members with the load that a test gives them. */
    private static final class Loads implements Strategy.Members {
        final int[] inFlight;
        final boolean[] available;
        int looks;

        Loads(int size) {
            inFlight = new int[size];
            available = new boolean[size];
            Arrays.fill(available, true);
        }

        @Override
        public int size() {
            return inFlight.length;
        }

        @Override
        public String instance(int index) {
            return "member-" + index;
        }

        @Override
        public int inFlight(int index) {
            looks++;
            return inFlight[index];
        }

        @Override
        public boolean isAvailable(int index) {
            looks++;
            return available[index];
        }

        @Override
        public String attribute(int index, String name) {
            return "";
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7, 8, 20})
    void membersOfEqualLoadShareEvenly(int size) {
        Loads members = new Loads(size);
        int picks = 2000 * size;
        int[] count = new int[size];

        for (int i = 0; i < picks; i++) {
            count[least.pick(members, command)]++;
        }

        double chiSquare = Arrays.stream(count)
                .mapToDouble(each -> Math.pow(each - 2000.0, 2) / 2000)
                .sum();
        assertThat(chiSquare).as("%s", Arrays.toString(count)).isLessThan(8.0 * size + 60);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void amongFewMembersTheLeastLoadedIsPickedAlways(int size) {
        Loads members = new Loads(size);
        Arrays.fill(members.inFlight, 5);
        members.inFlight[size - 1] = 4;

        for (int i = 0; i < 500; i++) {
            assertThat(least.pick(members, command)).isEqualTo(size - 1);
        }
    }

    @Test
    void amongFewMembersTheLeastLoadedThatIsAvailableIsPicked() {
        Loads members = new Loads(3);
        members.inFlight[0] = 0;
        members.available[0] = false;
        members.inFlight[1] = 9;
        members.inFlight[2] = 7;

        assertThat(least.pick(members, command)).isEqualTo(2);
    }

    @Test
    void amongManyMembersLoadStaysLevelAsItGrows() {
        Loads members = new Loads(1000);

        for (int i = 0; i < 10_000; i++) {
            members.inFlight[least.pick(members, command)]++;
        }

        assertThat(Arrays.stream(members.inFlight).max().orElseThrow())
                .as("ten each, and few more: one random choice would give more than twenty")
                .isLessThanOrEqualTo(16);
    }

    @Test
    void idleMemberAmongManyBusyOnesIsFoundMoreOftenThanByChance() {
        Loads members = new Loads(10);
        Arrays.fill(members.inFlight, 5);
        members.inFlight[3] = 0;
        int found = 0;

        for (int i = 0; i < 10_000; i++) {
            found += least.pick(members, command) == 3 ? 1 : 0;
        }

        assertThat(found).as("19 in 100 expected, 10 by chance").isBetween(1500, 2400);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 100, 10_000})
    void noneIsPickedWhenNoneIsAvailable(int size) {
        Loads members = new Loads(size);
        Arrays.fill(members.available, false);

        assertThat(least.pick(members, command)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 9, 64, 128})
    void theOnlyMemberThatIsAvailableIsAlwaysFound(int size) {
        Loads members = new Loads(size);
        Arrays.fill(members.available, false);
        for (int i = 0; i < 500; i++) {
            int only = i % size;
            members.available[only] = true;
            assertThat(least.pick(members, command)).isEqualTo(only);
            members.available[only] = false;
        }
    }

    @Test
    void tenThousandMembersCostNoMoreThanAHundred() { // GX-4 defect 6
        Loads members = new Loads(10_000);
        least.pick(members, command);
        int looksWhenFree = members.looks;
        Arrays.fill(members.available, false);
        members.looks = 0;
        least.pick(members, command);

        assertThat(looksWhenFree).isLessThanOrEqualTo(4);
        assertThat(members.looks).isLessThanOrEqualTo(16 + 128);
    }

    @Test
    void halfOfTenThousandMembersAvailableIsEnough() {
        Loads members = new Loads(10_000);
        for (int i = 0; i < members.available.length; i += 2) {
            members.available[i] = false;
        }

        for (int i = 0; i < 10_000; i++) {
            assertThat(least.pick(members, command) % 2).isEqualTo(1);
        }
    }
}
