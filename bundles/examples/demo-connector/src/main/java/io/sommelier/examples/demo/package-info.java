/** Two programs to try things with: a connector that serves a target, and a command line that sends one command. */
package io.sommelier.examples.demo;
