; say speaks a sentence into a file and prints a line for each of its words: the word and when it begins, seconds. A
; token that is not spoken has no word.
(define (say sentence file)
  (let ((u (utt.synth (eval (list 'Utterance 'Text sentence)))))
    (utt.save.wave u file 'riff)
    (mapcar
     (lambda (token)
       (if (item.daughter1 token)
           (format t "%s\t%f\n" (item.name token) (item.feat (item.daughter1 token) "word_start"))))
     (utt.relation.items u 'Token))
    (format t "end\n")))

; phones prints the number of phones of each word of a sentence, which is not spoken.
(define (phones sentence)
  (let ((u (eval (list 'Utterance 'Text sentence))))
    (Initialize u) (Text u) (Token_POS u) (Token u) (POS u) (Phrasify u) (Word u)
    (mapcar
     (lambda (word)
       (format t "%d\n"
               (apply + (mapcar (lambda (syllable) (length (item.daughters syllable)))
                                (item.daughters (item.relation word 'SylStructure))))))
     (utt.relation.items u 'Word))
    (format t "end\n")))
