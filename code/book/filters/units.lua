-- A number and its per cent sign stay on one line: a filter of Quarto, called by offline/pandoc/book.lua too.
return {
  {
    Inlines = function(line)
      for i = 2, #line - 1 do
        local before, after = line[i - 1], line[i + 1]
        local space = line[i].t == "Space" or line[i].t == "SoftBreak"
        if space and before.t == "Str" and before.text:match("%d$") and after.t == "Str" and after.text:match("^%%") then
          line[i] = pandoc.Str("\u{a0}")
        end
      end
      return line
    end,
  },
}
