#!/bin/sh
# usage: stopped_run.sh PROGRAM FOLDER
# The program of docs/own_modules.md that can be stopped: whether it is stopped or killed, it then ends with the files of a
# run that was not. FOLDER is removed.
set -eu
program=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder/whole"
trap 'rm -rf "$folder"' EXIT
cd "$folder/whole"
"$program"

# stop SIGNAL STATUS: sends the signal to a new run at work. A run that is over by then is tried again.
stop() {
  for try in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$folder/$1"
    mkdir "$folder/$1"
    cd "$folder/$1"
    "$program" >output &
    id=$!
    while ! test -s runs/squares/metrics.jsonl; do kill -0 $id; sleep 0.01; done
    kill -$1 $id || true
    status=0
    wait $id || status=$?
    test $status -ne $2 || return 0
  done
  echo "SIG$1 does not end a run with status $2"
  return 1
}

for signal in TERM:143 KILL:137; do
  stop ${signal%:*} ${signal#*:}
  "$program" >more
  grep -q 'goes on after step' more
  for file in metrics.jsonl model.safetensors; do cmp runs/squares/$file "$folder/whole/runs/squares/$file"; done
done
echo passed
