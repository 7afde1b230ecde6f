#!/bin/sh
# usage: g2p_commands.sh PROGRAM DICTIONARY FOLDER
# Trains examples/g2p on a few words in FOLDER, stops it, resumes it, and lets it say them.
set -eu
program=$1 dictionary=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

expect() {  # expect TEXT COMMAND...: the command's output has this text
  text=$1
  shift
  output=$("$@" 2>&1) || true
  case $output in
    *"$text"*) ;;
    *) printf '%s\n' "$* does not print '$text', but:" "$output"; exit 1 ;;
  esac
}

# Every help fits 80 columns and ends with examples.
for command in '' train eval say; do
  "$program" $command --help >help
  if grep -n '.\{81\}' help; then exit 1; fi
  grep -q '^  g2p [a-z]' help
done

train="$program train --dict $dictionary --d-model 32 --d-hidden 64 --layers 1 --heads 2 --batch-tokens 400
  --warmup 10 --lr 1e-2 --dropout 0 --out"
expect 'report: run/report.html' $train run --epochs 60
for file in model.safetensors metrics.jsonl timings.jsonl report.html; do test -s "run/$file"; done
for part in curves layers attention samples configuration parameters environment; do
  grep -q "<h2 id=\"$part\">" run/report.html
done
grep -q ' · finished</p>' run/report.html
expect 'word error: 0.00 % (0 of 31 words)' "$program" eval run --dict "$dictionary" --part training
expect ' of 5 words)' "$program" eval run --dict "$dictionary"
expect 'tape: T EY P
     t a p e |
  T  ' "$program" say --run run 'Tape, test!' --svg drawing.svg
grep -q '>test: T EH S T</text>' drawing.svg
expect 'T EH S T' "$program" say --run run/model.safetensors --quiet test

# A run that was stopped gives the metrics of one that was not. SIGTERM comes when it has a few steps.
expect 'run is finished' "$program" train --dict "$dictionary" --out run --resume
$train stopped --epochs 60 --checkpoint-every 1 >log 2>&1 &
id=$!
while ! grep -qs '"step":5,' stopped/metrics.jsonl; do kill -0 $id; sleep 0.01; done
kill -TERM $id
wait $id || true
"$program" train --dict "$dictionary" --out stopped --resume >log
cmp run/metrics.jsonl stopped/metrics.jsonl
cmp run/model.safetensors stopped/model.safetensors

# The first file that finds no room is an error, too.
expect 'File too large' sh -c "ulimit -f 1; $train full"

# A page that cannot be written does not end the training.
mkdir -p pageless/report.html
expect 'pageless/report.html: is not a regular file' $train pageless --epochs 2
test -s pageless/model.safetensors
expect '/dev/zero: it is neither a regular file nor a pipe' "$program" train --dict /dev/zero --out other

expect "the model does not know '2' of r2d7" "$program" say --run run r2d7
expect 'there is no word to say' "$program" say --run run '  ?'
expect 'new holds no run to resume; it starts from the beginning' \
  "$program" train --dict "$dictionary" --out new --resume --epochs 1
expect 'GB of memory, and this machine has' "$program" train --dict "$dictionary" --out large --layers 1000000000
test ! -e large
expect 'cannot read none' "$program" train --dict none --out other
test ! -e other
expect '--lr excludes --resume' "$program" train --dict "$dictionary" --out run --resume --lr 1
printf 'a EY\n' >other.dict
expect 'was trained with another dictionary than other.dict' "$program" train --dict other.dict --out run --resume
echo passed
